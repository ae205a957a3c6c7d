-- 时段内的演练成绩
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
SELECT scenario, industry, subject, crisis_type, onset_at, detected_at, level, level_wanted,
       playbook_id, playbook_wanted, tasks, in_time, passed
FROM v_drills
WHERE onset_at >= {start:DateTime('Asia/Shanghai')} AND onset_at < {end:DateTime('Asia/Shanghai')}
ORDER BY onset_at, scenario
