-- Mentions (提及), one row per post; copies and posts deleted later are marked
-- :deleted [0 or 1]  1 when it was deleted, whether when first seen or later
-- :copy [0 or 1]  1 when an earlier post told the same story in nearly the same words
-- :story_id  platform/id of that post; empty when it is no copy
CREATE OR REPLACE VIEW v_mentions AS
SELECT m.* EXCEPT (deleted, version),
       m.deleted OR (m.exercise, m.platform, m.id) IN
           (SELECT exercise, platform, id FROM deletions FINAL) AS deleted,
       c.story_id != '' AS copy,
       c.story_id AS story_id
FROM (SELECT * FROM mentions FINAL) AS m
LEFT JOIN
(
    SELECT exercise, platform, id, min(copies.story_id) AS story_id
    FROM copies
    GROUP BY exercise, platform, id
) AS c
    ON m.exercise = c.exercise AND m.platform = c.platform AND m.id = c.id
