-- 什么管用：用过的预案之后，负面多久减半
-- 只是观察，不是证明：轻的事件自己也会平息。half_life_min 是小时负面量减半所需分钟的中位数，从声明（没有声明则从高潮）算起。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT industry, crisis_type, if(chosen = '', playbook_id, chosen) AS playbook, count() AS incidents,
       countIf(statement_s >= 0) AS with_statement,
       round(quantileExactIf(0.5)(statement_s, statement_s >= 0) / 60) AS statement_min,
       countIf(half_life_s >= 0) AS halved,
       round(quantileExactIf(0.5)(half_life_s, half_life_s >= 0) / 60) AS half_life_min,
       round(avg(share_at), 3) AS negative_share_before
FROM v_outcomes
WHERE exercise = {exercise:UInt8} AND ended_at >= {start:DateTime('Asia/Shanghai')}
  AND ended_at < {end:DateTime('Asia/Shanghai')}
GROUP BY industry, crisis_type, playbook
ORDER BY industry, crisis_type, half_life_min
