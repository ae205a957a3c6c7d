-- 诉求：提到各类要求的帖子条数
-- 一条帖子可以有几种诉求；按词句判断，供参考。
-- :incident String  事件编号
WITH
    -- the incident asked for: exercise, subject, crisis type, first and last instant
    (
        SELECT argMax(
            (exercise, subject, crisis_type, onset_at,
             if(state = 'open', toDateTime('2100-01-01 00:00:00', 'UTC'), updated_at + 3600)),
            (severity, detected_at))
        FROM v_incidents
        WHERE incident_id = {incident:String}
    ) AS one
SELECT demand.1 AS name, countIf(multiSearchAny(concat(title, ' ', text), demand.2)) AS posts,
       countIf(polarity < 0 AND multiSearchAny(concat(title, ' ', text), demand.2)) AS negative,
       count() AS all_posts
FROM v_mentions
ARRAY JOIN [
    ('退款、退费或赔偿', ['退款', '退费', '退钱', '退还', '赔偿', '赔付', '补偿', '理赔', '还钱', '还我钱']),
    ('解释与公开', ['给个说法', '说法', '解释', '公开', '通报', '说明', '回应', '真相']),
    ('恢复服务', ['恢复', '修好', '什么时候能', '啥时候能', '登不上', '打不开', '用不了']),
    ('取回或保住资金', ['取不出', '取钱', '取款', '提现', '转走', '冻结', '解冻', '还能取']),
    ('道歉', ['道歉', '致歉', '赔礼']),
    ('追责与处理', ['追责', '问责', '严惩', '处罚', '开除', '处理责任', '查处']),
    ('监管介入', ['监管', '银保监', '金融监管', '证监', '工信部', '消协', '12315', '12363', '12378', '12386', '投诉到']),
    ('停止打扰或泄露', ['别再打', '不要再打', '停止骚扰', '骚扰', '删除我的', '注销', '泄露']),
    ('维权与诉讼', ['维权', '起诉', '律师', '报警', '报案', '集体诉讼'])
] AS demand
WHERE exercise = one.1 AND published_at >= one.4 AND published_at < one.5
  AND arrayExists((s, t) -> s = one.2 AND t = one.3, subjects, crisis_types)
GROUP BY name
HAVING posts > 0
ORDER BY posts DESC, name
