-- What was recorded on the day for an earlier one.
SELECT v.vacancy_id, v.external_id, v.title, v.agency_code, e.name, e.credit_code,
       l.topic, l.occurred_on, l.staff_id, l.position
FROM ledger_entries_asof l
JOIN vacancies_asof v ON v.vacancy_id = l.subject_id
LEFT JOIN employers_asof e ON e.stream_id = v.stream_id
WHERE l.recorded_on = %(day)s AND l.occurred_on < %(day)s
  AND l.topic = ANY (%(topics)s)
  AND v.agency_code = ANY (%(codes)s)
