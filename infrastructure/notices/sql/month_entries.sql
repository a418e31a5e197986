-- Entries recorded in the month, by the agency that entered them, and how many came too late.
SELECT agency_code, count(*), count(*) FILTER (WHERE late)
FROM ledger_entries_asof
WHERE recorded_on BETWEEN %(first)s AND %(last)s AND agency_code = ANY (%(codes)s)
GROUP BY agency_code
ORDER BY agency_code
