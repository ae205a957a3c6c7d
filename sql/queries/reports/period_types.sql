-- 各主体的危机类型：负面条数
-- 不含没有规则命中的日常提及。
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT subject, crisis_type, sum(mentions) AS posts, sum(negative) AS negatives
FROM v_metrics
WHERE exercise = {exercise:UInt8} AND window_start >= {start:DateTime('Asia/Shanghai')}
  AND window_start < {end:DateTime('Asia/Shanghai')} AND crisis_type != 'general'
GROUP BY subject, crisis_type
HAVING negatives > 0
ORDER BY negatives DESC, subject, crisis_type
LIMIT 12
