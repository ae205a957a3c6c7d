-- 任务：谁做什么，到期与完成
-- :incident String  事件编号
SELECT seq, role, person, department, deputy, task, done_when, opened_at, due_at, status, overdue,
       ended_at, ended_by, reason
FROM v_tasks
WHERE incident_id = {incident:String}
ORDER BY due_at, seq, task_id
