-- 预测准不准：预计的负面条数与后来实际的相比
-- 只看已经过完的时段；inside_share 应接近 0.8（区间按 80% 给），median_error 是误差绝对值的中位数（条），bias 为正即预测偏多。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
WITH (SELECT max(window_start) FROM v_metrics WHERE exercise = {exercise:UInt8}) AS data_end
SELECT horizon_h, count() AS forecasts, round(avg(actual), 1) AS mean_actual,
       round(quantileExact(0.5)(abs(expected - actual)), 1) AS median_error,
       round(avg(expected - actual), 1) AS bias,
       round(avg(actual >= low AND actual <= high), 3) AS inside_share
FROM
(
    SELECT f.horizon_h AS horizon_h, f.incident_id AS incident_id, f.made_at AS made_at,
           any(f.negative) AS expected, any(f.negative_low) AS low, any(f.negative_high) AS high,
           sumIf(m.negative, m.window_start >= f.made_at
                             AND m.window_start < f.made_at + f.horizon_h * 3600) AS actual
    FROM v_forecasts AS f
    INNER JOIN v_metrics AS m
        ON f.exercise = m.exercise AND f.subject = m.subject AND f.crisis_type = m.crisis_type
    WHERE f.exercise = {exercise:UInt8} AND f.made_at >= {start:DateTime('Asia/Shanghai')}
      AND f.made_at < {end:DateTime('Asia/Shanghai')}
      AND m.window_start >= {start:DateTime('Asia/Shanghai')}
      AND (m.subject, m.crisis_type) IN (SELECT subject, crisis_type FROM v_forecasts)
      AND f.made_at + f.horizon_h * 3600 <= data_end
    GROUP BY horizon_h, incident_id, made_at
)
GROUP BY horizon_h
ORDER BY horizon_h
