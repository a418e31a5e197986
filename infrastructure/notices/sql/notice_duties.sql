-- Duties of Articles 38, 39 and 41 that are open after their due date. The subject of a referral's duty is
-- the referral, which no vacancy row matches: it is shown by its employer.
SELECT o.duty, o.rule, o.subject_id, v.external_id, v.title, o.agency_code, o.staff_id,
       e.name, e.credit_code, o.arose_on, o.due_on, o.provisional
FROM obligations_asof o
LEFT JOIN vacancies_asof v ON v.vacancy_id = o.subject_id
LEFT JOIN employers_asof e ON e.stream_id = o.stream_id
WHERE o.outcome = 'open' AND o.due_on < %(day)s
  AND o.rule = ANY (%(rules)s)
  AND o.agency_code = ANY (%(codes)s)
