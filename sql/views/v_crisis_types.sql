-- Names of the crisis types the flow works with, per industry
-- :industry  industry id
-- :crisis_type  crisis type id, unique within its industry
-- :name  its Chinese name in the newest version of the rules
CREATE OR REPLACE VIEW v_crisis_types AS
SELECT JSONExtractString(one, 'industry') AS industry,
       JSONExtractString(one, 'id') AS crisis_type,
       argMax(JSONExtractString(one, 'name'), (published_at, version_hash)) AS name
FROM
(
    SELECT arrayJoin(JSONExtractArrayRaw(body)) AS one, published_at, version_hash
    FROM rule_versions FINAL
    WHERE kind = 'crisis_types'
)
GROUP BY industry, crisis_type
