-- 时段内各事件的突出词句
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT phrase, sum(mentions) AS posts, sum(negative) AS negatives, max(score) AS best
FROM v_phrases
WHERE exercise = {exercise:UInt8} AND window_start >= {start:DateTime('Asia/Shanghai')}
  AND window_start < {end:DateTime('Asia/Shanghai')}
GROUP BY phrase
ORDER BY best DESC, posts DESC, phrase
LIMIT 40
