-- Every vacancy with a record on the day, and the names of its events.
WITH today AS MATERIALIZED (
    SELECT subject_id, array_agg(DISTINCT topic) AS topics
    FROM ledger_entries_asof
    WHERE recorded_on = %(day)s AND topic = ANY (%(topics)s)
    GROUP BY subject_id
)
SELECT {columns}, today.topics
FROM today
JOIN vacancies_asof v ON v.vacancy_id = today.subject_id
LEFT JOIN employers_asof e ON e.stream_id = v.stream_id
WHERE v.agency_code = ANY (%(codes)s)
