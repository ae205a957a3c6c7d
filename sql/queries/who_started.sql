-- 谁先说的：一起事件里最早的帖子
-- 转发与评论也算在内，按发布时间从早到晚；followers 是采集时的粉丝数，earlier_s 是比系统发现早多少秒。
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
SELECT published_at, platform, kind, author_name, followers, verified,
       dateDiff('second', published_at,
                (SELECT min(detected_at) FROM v_incidents
                 WHERE exercise = one.1 AND subject = one.2 AND crisis_type = one.3
                   AND onset_at = one.4)) AS earlier_s,
       likes + comments + reposts AS engagement,
       substringUTF8(if(title = '', text, title), 1, 60) AS words, url, id
FROM v_mentions
WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
ORDER BY published_at, platform, id
LIMIT {limit:UInt32}
