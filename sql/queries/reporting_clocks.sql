-- 监管报告时限：还剩多久，谁停的表
-- certain 为 0 的时长是我们自己的假定，须经法务核对；spare_min 是停表或数据截止时离到期的分钟数，负数即已超时。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
WITH (SELECT max(updated_at) FROM v_incidents WHERE exercise = {exercise:UInt8}) AS data_end
SELECT subject, crisis_type, incident_id, title, whom, rule, certain, starts_at, due_at, status,
       overdue, round(dateDiff('second', if(status = 'open', data_end, ended_at), due_at) / 60)
           AS spare_min, ended_by
FROM v_clocks
WHERE exercise = {exercise:UInt8} AND starts_at >= {start:DateTime('Asia/Shanghai')}
  AND starts_at < {end:DateTime('Asia/Shanghai')}
ORDER BY status != 'open', due_at, incident_id, clock_id
