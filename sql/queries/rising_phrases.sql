-- 人们在说什么：一起事件里突出的词句
-- 与该公司平时的讨论相比；score 是超出的标准差数，rise 是最后一小时比前一小时多的条数。
-- :incident String = ''  事件编号；不给时取严重度最高的一起
-- :limit UInt32 = 30  最多几行
WITH
    (
        SELECT argMax(incident_id, (severity, detected_at))
        FROM v_incidents
        WHERE if({incident:String} = '', exercise = 0 AND state != 'merged',
                 incident_id = {incident:String})
    ) AS one,
    (SELECT max(window_start) FROM v_phrases WHERE incident_id = one) AS last
SELECT phrase, max(score) AS best_score, sum(mentions) AS posts, sum(negative) AS negatives,
       toInt64(sumIf(mentions, window_start = last))
           - toInt64(sumIf(mentions, window_start = last - 3600)) AS rise,
       min(window_start) AS first_hour
FROM v_phrases
WHERE incident_id = one
GROUP BY phrase
ORDER BY best_score DESC, posts DESC, phrase
LIMIT {limit:UInt32}
