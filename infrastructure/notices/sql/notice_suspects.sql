-- Vacancies that may have a defect as they stand. The conditions mirror the checks of
-- projections/daily_vacancy_notice/check.py and must never be narrower; NULL always counts as a doubt.
SELECT {columns}, NULL::text[]
FROM vacancies_asof v
LEFT JOIN employers_asof e ON e.stream_id = v.stream_id
WHERE v.agency_code = ANY (%(codes)s)
  AND (
    v.status = 'published' AND (
        -- 35
        e.registered_on IS NULL
        OR e.licence_valid_from IS NULL OR e.licence_valid_from > %(day)s
        OR e.licence_valid_until < %(day)s
        OR e.agent_valid_until IS NULL OR e.agent_valid_until < %(day)s
        -- 38.1, 39.1
        OR v.reviewed_on IS NULL OR v.review_outcome IS DISTINCT FROM 'passed'
        OR v.reviewed_by = v.submitted_by
        -- 38.2
        OR v.missing IS DISTINCT FROM 0 OR e.basics_stated IS NOT TRUE
        -- 38.3
        OR v.violations IS DISTINCT FROM 0 OR v.screened_with IS DISTINCT FROM %(screening)s
        -- 39.2
        OR v.channel = 'online' AND v.publisher_id IS NULL
        -- 41
        OR coalesce(v.valid_until, v.ended_on) <= %(ended_by)s
    )
    -- 41
    OR v.status = 'lapsed' AND coalesce(v.valid_until, v.ended_on) <= %(ended_by)s
    OR v.status = 'withdrawn' AND v.ended_on <= %(ended_by)s
  )
