-- Duties that fell due in the month, by agency code and rule, as they stood where the month ended.
SELECT agency_code, rule,
       count(*) FILTER (WHERE state = 'met'),
       count(*) FILTER (WHERE state = 'late'),
       count(*) FILTER (WHERE state = 'open')
FROM (
    SELECT agency_code, rule,
           CASE WHEN closed_position > %(month_position)s THEN 'open' ELSE outcome END AS state
    FROM obligations_asof
    WHERE since_position <= %(month_position)s
      AND due_on BETWEEN %(first)s AND %(last)s
      AND agency_code = ANY (%(codes)s)
) AS at_its_end
WHERE state IN ('met', 'late', 'open')
GROUP BY agency_code, rule
ORDER BY agency_code, rule
