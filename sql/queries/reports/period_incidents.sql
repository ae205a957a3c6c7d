-- 时段内开启、在办或结束的事件
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT incident_id, subject, crisis_type, state, level, level_peak, stage, severity, onset_at,
       detected_at, updated_at, closed_at, mentions, negative, negative_1h, expected_1h,
       delay_s, acknowledged_at, owner, statement_at, verification, override, playbook_id,
       playbook_title, reopened
FROM v_incidents
WHERE exercise = {exercise:UInt8} AND state != 'merged'
  AND detected_at < {end:DateTime('Asia/Shanghai')}
  AND (detected_at >= {start:DateTime('Asia/Shanghai')} OR state = 'open'
       OR closed_at >= {start:DateTime('Asia/Shanghai')})
ORDER BY indexOf(['severe', 'moderate', 'minor'], level), severity DESC, detected_at, incident_id
