-- 同一篇东西被转了多少遍：文字相同的帖子
-- 按规整后的文字（story）归并；span_min 是第一条到最后一条的分钟数，authors 少而 posts 多时像是搬运或水军。
-- :incident String = ''  事件编号；不给时取严重度最高的一起
-- :limit UInt32 = 20  最多几行
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
SELECT count() AS posts, uniqExact(platform) AS platforms, uniqExact(author_id) AS authors,
       min(published_at) AS first_at, dateDiff('minute', first_at, max(published_at)) AS span_min,
       argMin(platform, (published_at, platform, id)) AS first_platform,
       argMin(author_name, (published_at, platform, id)) AS first_author,
       argMin(substringUTF8(if(title = '', text, title), 1, 60), (published_at, platform, id))
           AS words
FROM v_mentions
WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
  AND story != 0
GROUP BY story
HAVING posts > 1
ORDER BY posts DESC, first_at, story
LIMIT {limit:UInt32}
