-- 人工改了哪些判断：标注与模型的出入
-- 一行是一种出入：model 是模型的判断，person 是人给的；条数多的就是模型该补课的地方。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT m.model_polarity AS model, l.polarity AS person, l.noise AS noise, count() AS posts,
       max(substringUTF8(if(m.title = '', m.text, m.title), 1, 60)) AS example
FROM v_labels AS l
INNER JOIN v_mentions AS m USING (exercise, platform, id)
WHERE (m.exercise, m.platform, m.id) IN (SELECT exercise, platform, id FROM v_labels)
  AND l.exercise = {exercise:UInt8} AND l.at >= {start:DateTime('Asia/Shanghai')}
  AND l.at < {end:DateTime('Asia/Shanghai')}
GROUP BY model, person, noise
ORDER BY posts DESC, model, person, noise
