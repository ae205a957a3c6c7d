-- 哪些任务过了时限：按部门和岗位
-- overdue 一旦记上就不再撤销，后来补做的也算；open 是至今没有做完的。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT department, role, count() AS tasks, countIf(status = 'done') AS done, countIf(status = 'open') AS open,
       countIf(overdue = 1) AS late, round(late / tasks, 3) AS late_share,
       round(quantileExactIf(0.5)(dateDiff('second', opened_at, ended_at), status = 'done') / 60)
           AS done_min
FROM v_tasks
WHERE exercise = {exercise:UInt8} AND opened_at >= {start:DateTime('Asia/Shanghai')}
  AND opened_at < {end:DateTime('Asia/Shanghai')}
GROUP BY department, role
ORDER BY late DESC, tasks DESC, department, role
