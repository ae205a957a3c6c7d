-- 反应快不快：从发现到确认、到发布声明、到结束
-- 按级别给中位数（分钟）；没有确认或声明的不进中位数，只数在 acknowledged、stated 里。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT level, count() AS incidents,
       countIf(acknowledged_at > toDateTime(0)) AS acknowledged,
       round(quantileExactIf(0.5)(dateDiff('second', detected_at, acknowledged_at),
                                  acknowledged_at > toDateTime(0)) / 60, 1) AS acknowledge_min,
       countIf(statement_at > toDateTime(0)) AS stated,
       round(quantileExactIf(0.5)(dateDiff('second', detected_at, statement_at),
                                  statement_at > toDateTime(0)) / 60, 1) AS statement_min,
       countIf(closed_at > toDateTime(0)) AS ended,
       round(quantileExactIf(0.5)(dateDiff('second', detected_at, closed_at),
                                  closed_at > toDateTime(0)) / 60, 1) AS ended_min
FROM v_incidents
WHERE exercise = {exercise:UInt8} AND state NOT IN ('merged', 'false_alarm')
  AND detected_at >= {start:DateTime('Asia/Shanghai')}
  AND detected_at < {end:DateTime('Asia/Shanghai')}
GROUP BY level
ORDER BY indexOf(['severe', 'moderate', 'minor'], level)
