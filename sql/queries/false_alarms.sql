-- 误报多不多：开启的事件里有多少被人判为误报
-- false_share 高的类型应调规则或检测器；detectors 是触发这些误报的检测器。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT subject, crisis_type, count() AS opened, countIf(state = 'false_alarm') AS false_alarms,
       round(false_alarms / opened, 3) AS false_share,
       arraySort(arrayDistinct(arrayFlatten(groupArrayIf(found, state = 'false_alarm')))) AS detectors
FROM
(
    SELECT subject, crisis_type, state,
           arrayMap(one -> splitByChar('|', one)[1],
                    arrayFilter(one -> has(signals, splitByChar('|', one)[2]),
                                (SELECT groupArray(concat(detector, '|', signal_id))
                                 FROM v_signals WHERE exercise = {exercise:UInt8}))) AS found
    FROM v_incidents
    WHERE exercise = {exercise:UInt8} AND state != 'merged'
      AND detected_at >= {start:DateTime('Asia/Shanghai')}
      AND detected_at < {end:DateTime('Asia/Shanghai')}
)
GROUP BY subject, crisis_type
ORDER BY false_alarms DESC, opened DESC, subject, crisis_type
