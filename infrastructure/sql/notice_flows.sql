-- Events by agency code, day and name; and, with a NULL name, the different vacancies that they are about.
WITH entries AS MATERIALIZED (
    SELECT v.agency_code, e.recorded_on, e.topic, e.subject_id
    FROM ledger_entries_asof e
    JOIN vacancies_asof v ON v.vacancy_id = e.subject_id
    WHERE e.recorded_on BETWEEN %(since)s AND %(day)s
      AND e.topic = ANY (%(topics)s)
      AND v.agency_code = ANY (%(codes)s)
)
SELECT agency_code, recorded_on, topic, count(*) FROM entries GROUP BY agency_code, recorded_on, topic
UNION ALL
SELECT agency_code, recorded_on, NULL, count(DISTINCT subject_id) FROM entries GROUP BY agency_code, recorded_on
