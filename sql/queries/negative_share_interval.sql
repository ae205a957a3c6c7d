-- 负面占比有多可靠：各公司的占比和 95% 区间
-- 区间用 Wilson 法；帖子少时区间宽，两家区间重叠就不能说谁更差。low 与 high 都是 0 到 1。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
WITH 1.96 AS z
SELECT subject, sum(mentions) AS posts, sum(negative) AS negatives, round(negatives / posts, 4) AS p,
       round((p + z * z / (2 * posts) - z * sqrt(p * (1 - p) / posts + z * z / (4 * posts * posts)))
             / (1 + z * z / posts), 4) AS low,
       round((p + z * z / (2 * posts) + z * sqrt(p * (1 - p) / posts + z * z / (4 * posts * posts)))
             / (1 + z * z / posts), 4) AS high
FROM v_metrics
WHERE exercise = {exercise:UInt8} AND window_start >= {start:DateTime('Asia/Shanghai')}
  AND window_start < {end:DateTime('Asia/Shanghai')}
GROUP BY subject
HAVING posts > 0
ORDER BY p DESC, subject
