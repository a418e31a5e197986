-- The vacancies with these ids as they stand now: those of the notice before.
SELECT {columns}, NULL::text[]
FROM vacancies_asof v
LEFT JOIN employers_asof e ON e.stream_id = v.stream_id
WHERE v.vacancy_id = ANY (%(ids)s)
