-- 是不是少数账号在说：发帖最多的账号占多大份额
-- top_share 是发帖最多的一个、top10_share 是前十个账号的份额；effective_accounts 是等效账号数（1/Σ份额²），远小于 accounts 即很集中。
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
SELECT platform, sum(posts) AS all_posts, count() AS accounts,
       round(max(posts) / all_posts, 3) AS top_share,
       round(arraySum(arraySlice(arrayReverseSort(groupArray(posts)), 1, 10)) / all_posts, 3)
           AS top10_share,
       round(1 / sum(pow(posts / total, 2)), 1) AS effective_accounts,
       argMax(name, (posts, name)) AS top_account
FROM
(
    SELECT platform, author_id, max(author_name) AS name, count() AS posts,
           sum(posts) OVER (PARTITION BY platform) AS total
    FROM v_mentions
    WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
      AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
    GROUP BY platform, author_id
)
GROUP BY platform
ORDER BY all_posts DESC, platform
