-- 时段内的文字与条数，用于找突出词句
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT argMin(if(title = '', text, concat(title, '\n', text)), (published_at, platform, id)) AS words,
       count() AS posts, countIf(polarity < 0) AS negatives
FROM v_mentions
WHERE exercise = {exercise:UInt8} AND published_at >= {start:DateTime('Asia/Shanghai')}
  AND published_at < {end:DateTime('Asia/Shanghai')} AND notEmpty(subjects)
  AND (text != '' OR title != '')
GROUP BY if(story = 0, cityHash64(platform, id), story) AS key
ORDER BY posts DESC, cityHash64(key)
LIMIT 20000
