-- 哪些预案最常被改选：系统推荐的和值班人员最后用的
-- 某预案 overridden_share 高，说明它不合用，或者推荐条件写得不对。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT playbook_id, any(playbook_title) AS title, count() AS recommended,
       countIf(override NOT IN ('', playbook_id)) AS overridden,
       round(overridden / recommended, 3) AS overridden_share,
       arraySort(groupUniqArrayIf(override, override NOT IN ('', playbook_id))) AS chosen_instead
FROM v_incidents
WHERE exercise = {exercise:UInt8} AND playbook_id != '' AND state != 'merged'
  AND detected_at >= {start:DateTime('Asia/Shanghai')}
  AND detected_at < {end:DateTime('Asia/Shanghai')}
GROUP BY playbook_id
ORDER BY overridden DESC, recommended DESC, playbook_id
