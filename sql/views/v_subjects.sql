-- Companies the flow watches (监测主体), by their newest version
-- :subject  subject id
-- :name  Chinese name
-- :industry  industry id
CREATE OR REPLACE VIEW v_subjects AS
SELECT JSONExtractString(one, 'id') AS subject,
       argMax(JSONExtractString(one, 'name'), (published_at, version_hash)) AS name,
       argMax(JSONExtractString(one, 'industry'), (published_at, version_hash)) AS industry
FROM
(
    SELECT arrayJoin(JSONExtractArrayRaw(body)) AS one, published_at, version_hash
    FROM rule_versions FINAL
    WHERE kind = 'subjects'
)
GROUP BY subject
