-- 各平台最后一条匹配提及
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT platform, max(window_start) AS last_at, sum(mentions) AS posts
FROM v_metrics
WHERE exercise = {exercise:UInt8} AND window_start >= {start:DateTime('Asia/Shanghai')}
  AND window_start < {end:DateTime('Asia/Shanghai')} AND mentions > 0
GROUP BY platform
ORDER BY last_at, platform
