-- Standing problems of missed duties, with the agencies that still miss one under the same rule in the same
-- record, and what ended the last that is over.
WITH problems AS MATERIALIZED (
    SELECT stream_id, agency_code, record_id, rule FROM rectifications
    WHERE superior_code = ANY (%(superior_codes)s) AND stage = ANY (%(standing)s)
      AND source = 'missed_duty'
)
SELECT p.stream_id, p.agency_code,
       coalesce(array_agg(DISTINCT o.agency_code)
                FILTER (WHERE o.outcome = 'open' AND o.due_on < %(today)s), '{}'),
       (array_agg(o.outcome ORDER BY o.closed_position DESC NULLS LAST))[1],
       (array_agg(o.closed_on ORDER BY o.closed_position DESC NULLS LAST))[1],
       max(o.closed_position)
FROM problems p
JOIN obligations o ON o.stream_id = p.record_id AND o.rule = p.rule
GROUP BY p.stream_id, p.agency_code
ORDER BY p.stream_id
