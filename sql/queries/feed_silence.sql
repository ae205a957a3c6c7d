-- 哪些平台断过流：最长的静默和数据告警
-- 静默不等于平静：dead 是判定为断流的次数，longest_silent_min 是最长静默分钟数，usual_gap_s 是平时两条之间的秒数。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
SELECT platform, count() AS checks, countIf(state = 'silent') AS silent, countIf(state = 'dead') AS dead,
       round(max(silent_s) / 60, 1) AS longest_silent_min,
       round(argMax(usual_gap_s, minute), 1) AS usual_gap_s, argMax(state, minute) AS last_state,
       max(last_at) AS last_arrival
FROM v_feeds
WHERE minute >= {start:DateTime('Asia/Shanghai')} AND minute < {end:DateTime('Asia/Shanghai')}
GROUP BY platform
ORDER BY dead DESC, longest_silent_min DESC, platform
