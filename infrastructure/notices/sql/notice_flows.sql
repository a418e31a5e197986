-- By agency code and day: how many different vacancies had a record, and the events by name, in the order of
-- the notice. Grouped before the join, so that each vacancy is looked up once a day.
WITH by_vacancy AS (
    SELECT subject_id, recorded_on, {counts}
    FROM ledger_entries_asof
    WHERE recorded_on BETWEEN %(since)s AND %(day)s AND topic = ANY (%(topics)s)
    GROUP BY subject_id, recorded_on
)
SELECT v.agency_code, b.recorded_on, count(*), {sums}
FROM by_vacancy b
JOIN vacancies_asof v ON v.vacancy_id = b.subject_id
WHERE v.agency_code = ANY (%(codes)s)
GROUP BY v.agency_code, b.recorded_on
