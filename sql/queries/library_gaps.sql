-- 预案库缺什么：只有通用预案、没有对应级别、过期或被改选的情形
-- 按行业、危机类型和缺口种类计数，note 是最近一次的说明。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT industry, crisis_type, kind, count() AS times, uniqExact(incident_id) AS incidents,
       max(decided_at) AS last_at, argMax(playbook_id, decided_at) AS playbook,
       argMax(note, decided_at) AS last_note
FROM v_library_gaps
WHERE exercise = {exercise:UInt8} AND decided_at >= {start:DateTime('Asia/Shanghai')}
  AND decided_at < {end:DateTime('Asia/Shanghai')}
GROUP BY industry, crisis_type, kind
ORDER BY times DESC, industry, crisis_type, kind
