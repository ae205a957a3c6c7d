-- 删了多少帖：一起事件里后来被删的帖子
-- deleted_share 是删帖比例；删得多会另起话题，也可能是平台在处置。lived_min 是从发布到得知删除的中位分钟数。
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
SELECT platform, count() AS posts, countIf(deleted) AS gone, round(gone / posts, 4) AS deleted_share,
       countIf(deleted AND polarity < 0) AS negative_gone,
       round(quantileExactIf(0.5)(dateDiff('second', published_at, removed_at),
                                  removed_at > published_at) / 60) AS lived_min
FROM
(
    SELECT m.platform AS platform, m.deleted AS deleted, m.polarity AS polarity,
           m.published_at AS published_at, m.exercise AS exercise, m.subjects AS subjects,
           m.crisis_types AS crisis_types, d.deleted_at AS removed_at
    FROM v_mentions AS m
    LEFT JOIN v_deletions AS d USING (exercise, platform, id)
)
WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
GROUP BY platform
ORDER BY gone DESC, platform
