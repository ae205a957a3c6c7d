-- 时段内的级别与状态变化和处置动作
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT at, incident_id, subject, crisis_type, kind, before, after, cause, actor
FROM v_incident_events
WHERE exercise = {exercise:UInt8} AND at >= {start:DateTime('Asia/Shanghai')}
  AND at < {end:DateTime('Asia/Shanghai')}
  AND kind IN ('opened', 'level', 'action', 'reopened', 'closed')
ORDER BY at, incident_id, seq
