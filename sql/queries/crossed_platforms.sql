-- 怎样跨平台：每个平台何时开始有人说，隔了多久，说了多少
-- first_at 是该平台第一条，minutes_after 是距全网第一条的分钟数，reached_10_at 是第 10 条的时间（不足 10 条为空）。
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
, (SELECT min(published_at) FROM v_mentions
     WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)) AS very_first
SELECT platform, min(published_at) AS first_at,
       round(dateDiff('second', very_first, first_at) / 60, 1) AS minutes_after,
       if(count() < 10, NULL, arraySort(groupArray(published_at))[10]) AS reached_10_at,
       count() AS posts, countIf(polarity < 0) AS negative,
       round(negative / posts, 3) AS negative_share, uniqExact(author_id) AS authors
FROM v_mentions
WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
GROUP BY platform
ORDER BY first_at, platform
