-- 结果：声明用时、负面占比与减半用时
-- :incident String  事件编号
SELECT playbook_id, overridden, chosen, statement_s, share_at, half_life_s, ended_at
FROM v_outcomes
WHERE incident_id = {incident:String}
ORDER BY ended_at
