-- 时段内读入、采纳与拒收
-- imbalance 不为 0 时数据对不上。
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
SELECT sum(read) AS entries, sum(accepted) AS taken, sum(matched) AS about, sum(updates) AS again,
       sum(duplicates) AS twice, sum(rejected) AS refused, sum(late) AS came_late,
       sum(missing) AS lost, sum(imbalance) AS differs,
       round(sum(arrive_delay_ms) / nullIf(sum(accepted), 0) / 1000, 1) AS delay_s
FROM v_pipeline_health
WHERE minute >= {start:DateTime('Asia/Shanghai')}
  AND minute < {end:DateTime('Asia/Shanghai')}
