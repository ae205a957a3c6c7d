-- Mentions (提及), one row per post; posts deleted later are marked
-- :deleted [0 or 1]  1 when it was deleted, whether when first seen or later
CREATE OR REPLACE VIEW v_mentions AS
SELECT m.* EXCEPT (deleted, version),
       m.deleted OR d.id != '' AS deleted
FROM (SELECT * FROM mentions FINAL) AS m
LEFT JOIN (SELECT exercise, platform, id FROM deletions FINAL) AS d
    ON m.exercise = d.exercise AND m.platform = d.platform AND m.id = d.id
