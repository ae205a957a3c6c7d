-- 报告时限：向谁报告，何时到期
-- :incident String  事件编号
SELECT title, whom, rule, certain, note, starts_at, due_at, status, overdue, ended_at, ended_by, reason
FROM v_clocks
WHERE incident_id = {incident:String}
ORDER BY due_at, clock_id
