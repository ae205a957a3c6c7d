-- 媒体和大号何时进场：各级信源的第一条
-- tier 从 regulator（监管）到 ordinary（普通账号）；空为尚未分级的旧数据。
-- :incident String = ''  事件编号；不给时取严重度最高的一起
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
SELECT tier, min(published_at) AS first_at,
       round(dateDiff('second', one.4, first_at) / 60) AS minutes_after_onset,
       argMin(platform, (published_at, platform, id)) AS first_platform,
       argMin(author_name, (published_at, platform, id)) AS first_author,
       count() AS posts, countIf(polarity < 0) AS negative, sum(followers) AS reach
FROM v_mentions
WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
GROUP BY tier
ORDER BY first_at, tier
