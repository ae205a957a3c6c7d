-- 监测主体与危机类型的名称
-- aliases 为主体的别名、产品与高管，找突出词句时略去。
SELECT 'subject' AS what, s.subject AS id, s.industry AS industry, s.name AS name,
       arrayDistinct(arrayFlatten(groupArray(a.aliases))) AS aliases
FROM v_subjects AS s
INNER JOIN
(
    SELECT JSONExtractString(one, 'id') AS id,
           arrayConcat(JSONExtract(one, 'aliases', 'Array(String)'),
                       JSONExtract(one, 'products', 'Array(String)'),
                       JSONExtract(one, 'executives', 'Array(String)')) AS aliases
    FROM (SELECT arrayJoin(JSONExtractArrayRaw(body)) AS one
          FROM v_rule_versions WHERE kind = 'subjects')
) AS a ON s.subject = a.id
GROUP BY id, industry, name
UNION ALL
SELECT 'type', crisis_type, industry, name, [] FROM v_crisis_types
