-- Duties of the agencies directly below that were due by the last day and are still open now, with what
-- kind of record each is about.
SELECT o.duty, o.rule, o.agency_code, o.stream_id, o.arose_position, o.due_on,
       CASE WHEN j.stream_id IS NOT NULL THEN 'personal_ledgers'
            WHEN c.stream_id IS NOT NULL THEN 'assistance_cases'
            WHEN e.stream_id IS NOT NULL THEN 'employer_ledgers'
            ELSE 'other' END
FROM obligations o
LEFT JOIN job_seekers j USING (stream_id)
LEFT JOIN assistance_cases c USING (stream_id)
LEFT JOIN employers e USING (stream_id)
WHERE o.outcome = 'open' AND o.due_on <= %(last)s AND o.due_on < %(today)s
  AND o.agency_code = ANY (%(codes)s) AND NOT o.duty = ANY (%(not_these)s)
ORDER BY o.agency_code, o.rule, o.stream_id, o.arose_position
