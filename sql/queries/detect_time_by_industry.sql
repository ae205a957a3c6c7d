-- 多久发现：各行业从起点到发现要几分钟
-- 起点是系统事后推算的；误报与并入他案的不算。median_min 是中位数，p90_min 是九成事件不超过的分钟数。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT industry, count() AS incidents,
       round(quantileExact(0.5)(delay_s) / 60, 1) AS median_min,
       round(quantileExact(0.9)(delay_s) / 60, 1) AS p90_min,
       round(max(delay_s) / 60, 1) AS slowest_min
FROM v_incidents
ANY LEFT JOIN v_subjects USING (subject)
WHERE exercise = {exercise:UInt8} AND state NOT IN ('merged', 'false_alarm')
  AND detected_at >= {start:DateTime('Asia/Shanghai')}
  AND detected_at < {end:DateTime('Asia/Shanghai')}
GROUP BY industry
ORDER BY industry
