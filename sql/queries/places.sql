-- 哪里的人在说：按平台标出的地点
-- 地点由平台给出（如 IP 属地），许多平台没有；known_share 是有地点的比例。
-- :incident String = ''  事件编号；不给时取严重度最高的一起
-- :limit UInt32 = 40  最多几行
WITH
    -- the incident asked for: exercise, subject, crisis type, first and last instant
    (
        SELECT argMax(
            (exercise, subject, crisis_type, onset_at,
             if(state = 'open', toDateTime('2100-01-01 00:00:00', 'UTC'), updated_at + 3600)),
            (severity, detected_at))
        FROM v_incidents
        WHERE if({incident:String} = '', exercise = 0 AND state != 'merged',
                 incident_id = {incident:String})
    ) AS one
SELECT location, count() AS posts, countIf(polarity < 0) AS negative,
       round(negative / posts, 3) AS negative_share,
       round(sum(if(location = '', 0, posts)) OVER () / sum(posts) OVER (), 3) AS known_share
FROM v_mentions
WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
GROUP BY location
ORDER BY posts DESC, location
LIMIT {limit:UInt32}
