-- 关联事件：其他主体的同一传闻或同类风波
-- :incident String  事件编号
SELECT related_id, related_subject, related_type, kind, at, cause
FROM v_incident_links
WHERE incident_id = {incident:String}
ORDER BY at, related_id
