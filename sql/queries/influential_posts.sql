-- 谁的帖子影响大：按互动排的帖子
-- 互动 = 赞 + 评论 × 2 + 转发 × 3；同文只取最响的一条，copies 是同文条数。
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
SELECT likes + 2 * comments + 3 * reposts AS heat, platform, kind, author_name, followers, verified,
       tier, published_at, likes, comments, reposts, views, polarity,
       count() OVER (PARTITION BY if(story = 0, cityHash64(platform, id), story)) AS copies,
       substringUTF8(if(title = '', text, title), 1, 60) AS words, url, id
FROM v_mentions
WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
ORDER BY heat DESC, followers DESC, published_at, id
LIMIT 1 BY if(story = 0, cityHash64(platform, id), story)
LIMIT {limit:UInt32}
