-- 每周声量份额：同一行业里各家公司各占多少
-- share 为该公司提及占同行业、同一周全部提及的比例；周从星期一（北京时间）起算。
-- :start DateTime('Asia/Shanghai') = 1971-01-01 00:00:00  从何时起（北京时间）
-- :end DateTime('Asia/Shanghai') = 2100-01-01 00:00:00  到何时止，不含（北京时间）
-- :exercise UInt8 = 0  1 为演练
-- :industry String = ''  行业编号，如 banking；不给时为全部行业
SELECT toMonday(window_start, 'Asia/Shanghai') AS week, industry, subject,
       sum(mentions) AS posts, sum(negative) AS negatives,
       round(posts / sum(posts) OVER (PARTITION BY week, industry), 4) AS share,
       round(negatives / nullIf(sum(negatives) OVER (PARTITION BY week, industry), 0), 4)
           AS negative_share_of_voice
FROM v_metrics
ANY LEFT JOIN v_subjects USING (subject)
WHERE exercise = {exercise:UInt8} AND window_start >= {start:DateTime('Asia/Shanghai')}
  AND window_start < {end:DateTime('Asia/Shanghai')}
  AND ({industry:String} = '' OR industry = {industry:String})
GROUP BY week, industry, subject
ORDER BY week, industry, posts DESC, subject
