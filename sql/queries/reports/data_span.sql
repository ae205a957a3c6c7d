-- 数据从何时到何时
-- :exercise UInt8 = 0  1 为演练
SELECT min(window_start) AS first_at, max(window_start) + 60 AS end_at, count() AS minutes
FROM v_metrics
WHERE exercise = {exercise:UInt8}
