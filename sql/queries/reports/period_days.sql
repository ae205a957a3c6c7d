-- 每天的提及与负面
-- 天以北京时间计。
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT subject, toStartOfDay(toTimeZone(window_start, 'Asia/Shanghai')) AS day_at,
       sum(mentions) AS posts, sum(negative) AS negatives
FROM v_metrics
WHERE exercise = {exercise:UInt8} AND window_start >= {start:DateTime('Asia/Shanghai')}
  AND window_start < {end:DateTime('Asia/Shanghai')}
GROUP BY subject, day_at
ORDER BY day_at, subject
