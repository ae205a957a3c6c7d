-- 数据晚多久到：各平台从发布到进入系统的秒数
-- 中位数与九成位；late_share 是赶不上自己那一分钟的比例，history_share 是到时已超过 6 小时的比例。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT platform, count() AS posts,
       round(quantileExact(0.5)(dateDiff('millisecond', published_at, arrived_at)) / 1000, 1) AS median_s,
       round(quantileExact(0.9)(dateDiff('millisecond', published_at, arrived_at)) / 1000, 1) AS p90_s,
       round(avg(late), 4) AS late_share, round(avg(history), 4) AS history_share
FROM v_mentions
WHERE exercise = {exercise:UInt8} AND published_at >= {start:DateTime('Asia/Shanghai')}
  AND published_at < {end:DateTime('Asia/Shanghai')}
GROUP BY platform
ORDER BY p90_s DESC, platform
