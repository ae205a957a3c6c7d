-- 各主体的提及与负面，与前一时段比较
-- before_* 为紧挨在前、同样长的时段。
-- :start DateTime('Asia/Shanghai')  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai')  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
SELECT subject, sumIf(mentions, now_in) AS posts, sumIf(negative, now_in) AS negatives,
       sumIf(mentions, NOT now_in) AS before_posts, sumIf(negative, NOT now_in) AS before_negatives,
       sumIf(reach, now_in) AS reach_now,
       round(posts / sum(posts) OVER (), 4) AS voice
FROM
(
    SELECT subject, mentions, negative, reach,
           window_start >= {start:DateTime('Asia/Shanghai')} AS now_in
    FROM v_metrics
    WHERE exercise = {exercise:UInt8}
  AND window_start < {end:DateTime('Asia/Shanghai')}
      AND window_start >= {start:DateTime('Asia/Shanghai')}
          - dateDiff('second', {start:DateTime('Asia/Shanghai')}, {end:DateTime('Asia/Shanghai')})
)
GROUP BY subject
ORDER BY negatives DESC, posts DESC, subject
