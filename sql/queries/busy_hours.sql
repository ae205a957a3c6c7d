-- 什么时候最吵：星期几、几点的负面最多
-- weekday 1 为星期一，hour 为北京时间；per_hour 是这一格平均每小时的负面条数，排班时看。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
-- :subject String = ''  监测主体编号；不给时为全部
SELECT toDayOfWeek(hour_at) AS weekday, toHour(hour_at) AS hour,
       sum(negatives) AS negative, count() AS hours_seen, round(negative / hours_seen, 1) AS per_hour
FROM
(
    SELECT toStartOfHour(toTimeZone(window_start, 'Asia/Shanghai')) AS hour_at,
           sum(negative) AS negatives
    FROM v_metrics
    WHERE exercise = {exercise:UInt8} AND window_start >= {start:DateTime('Asia/Shanghai')}
      AND window_start < {end:DateTime('Asia/Shanghai')}
      AND ({subject:String} = '' OR subject = {subject:String})
    GROUP BY hour_at
)
GROUP BY weekday, hour
ORDER BY per_hour DESC, weekday, hour
