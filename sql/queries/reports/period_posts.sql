-- 时段内影响最大的帖子
-- 互动 = 赞 + 评论 × 2 + 转发 × 3；同文只取一条，只取负面。
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT platform, kind, author_name, verified, followers, published_at, likes, comments, reposts,
       url, if(title = '', text, concat('【', title, '】', text)) AS words, subjects[1] AS subject,
       deleted
FROM v_mentions
WHERE exercise = {exercise:UInt8} AND published_at >= {start:DateTime('Asia/Shanghai')}
  AND published_at < {end:DateTime('Asia/Shanghai')} AND notEmpty(subjects)
  AND polarity < 0 AND arrayExists(one -> one != 'general', crisis_types)
  AND (text != '' OR title != '')
ORDER BY likes + 2 * comments + 3 * reposts DESC, published_at, platform, id
LIMIT 1 BY if(story = 0, cityHash64(platform, id), story)
LIMIT 8
