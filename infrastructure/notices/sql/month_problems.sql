-- Problems at agencies below that a superior follows up: those that stand, and those put right since a position.
SELECT r.*, {records}
FROM rectifications_asof r
{joins}
WHERE r.superior_code = ANY (%(superior_codes)s) AND r.agency_code = ANY (%(codes)s)
  AND (r.stage = ANY (%(standing)s)
       OR r.stage = ANY (%(mended)s) AND r.put_right_position > %(since)s)
ORDER BY r.stream_id
