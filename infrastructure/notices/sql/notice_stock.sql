-- Public vacancies by agency code: how many, the positions they offer, how many with wording worth a look.
SELECT agency_code, count(*), coalesce(sum(headcount), 0), count(*) FILTER (WHERE concerns > 0)
FROM vacancies_asof
WHERE status = 'published' AND agency_code = ANY (%(codes)s)
GROUP BY agency_code
ORDER BY agency_code
