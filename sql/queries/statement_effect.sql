-- 声明之后怎么样：声明前后同样长的时间里，提及和负面占比各多少
-- 只列发过声明的事件；hours 是前后各看几小时。占比下降不等于声明的功劳，热度本来也会退。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
-- :hours UInt8 = 3  声明前后各看几小时
-- :incident String = ''  只看这一起；不给时为全部
SELECT i.incident_id AS incident_id, i.subject AS subject, i.crisis_type AS crisis_type, i.level AS level,
       i.statement_at AS statement_at,
       sumIf(m.mentions, m.window_start < i.statement_at) AS posts_before,
       sumIf(m.mentions, m.window_start >= i.statement_at) AS posts_after,
       sumIf(m.negative, m.window_start < i.statement_at) AS negative_before,
       sumIf(m.negative, m.window_start >= i.statement_at) AS negative_after,
       round(negative_before / nullIf(posts_before, 0), 3) AS share_before,
       round(negative_after / nullIf(posts_after, 0), 3) AS share_after
FROM v_incidents AS i
INNER JOIN v_metrics AS m
    ON i.exercise = m.exercise AND i.subject = m.subject AND i.crisis_type = m.crisis_type
WHERE i.exercise = {exercise:UInt8} AND i.statement_at > toDateTime(0)
  AND {incident:String} IN ('', i.incident_id)
  AND i.detected_at >= {start:DateTime('Asia/Shanghai')}
  AND i.detected_at < {end:DateTime('Asia/Shanghai')}
  -- the same bounds once more as constants, so that only these keys and days are read
  AND (m.subject, m.crisis_type) IN
      (SELECT subject, crisis_type FROM v_incidents
       WHERE statement_at > toDateTime(0) AND {incident:String} IN ('', incident_id))
  AND m.window_start >= (SELECT min(statement_at) FROM v_incidents
                         WHERE statement_at > toDateTime(0)
                           AND {incident:String} IN ('', incident_id)
                           AND detected_at >= {start:DateTime('Asia/Shanghai')})
                        - {hours:UInt8} * 3600
  AND m.window_start < (SELECT max(statement_at) FROM v_incidents
                        WHERE {incident:String} IN ('', incident_id)) + {hours:UInt8} * 3600
  AND m.window_start >= i.statement_at - {hours:UInt8} * 3600
  AND m.window_start < i.statement_at + {hours:UInt8} * 3600
GROUP BY incident_id, subject, crisis_type, level, statement_at
ORDER BY statement_at, incident_id
