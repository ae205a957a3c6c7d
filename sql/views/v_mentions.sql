-- Mentions (提及), one row per post; posts deleted later are marked, a person's label wins
-- :deleted [0 or 1]  1 when it was deleted, whether when first seen or later
-- :copy [0 or 1]  1 when an earlier post told the same story in nearly the same words
-- :story_id  platform/id of that post; empty when it is no copy
-- :subjects  subjects it speaks of, one per attribution; none when a person called it noise
-- :crisis_types  crisis type per attribution; general when no rule fired
-- :said_by  per attribution who named the crisis type: rule, learned, both, root, person or none
-- :polarity  -1 negative, 0 neutral, 1 positive
-- :model_polarity [-1, 0 or 1]  polarity as the model read it, whatever a person said later
-- :relabelled [0 or 1]  1 when a person's label won over the model
CREATE OR REPLACE VIEW v_mentions AS
WITH l.noise OR l.subject != '' OR l.crisis_type != '' AS said,
     indexOf(m.subjects, l.subject) AS place
SELECT m.* EXCEPT (marked) REPLACE (
           CAST(multiIf(l.noise = 1, [], l.subject != '', [l.subject], m.subjects),
                'Array(LowCardinality(String))') AS subjects,
           CAST(multiIf(l.noise = 1, [],
                        l.subject != '' AND l.crisis_type != '', [l.crisis_type],
                        l.subject != '', [if(place = 0, 'general', m.crisis_types[place])],
                        l.crisis_type != '', arrayMap(one -> l.crisis_type, m.subjects),
                        m.crisis_types),
                'Array(LowCardinality(String))') AS crisis_types,
           CAST(multiIf(l.noise = 1, [], l.subject != '', [m.spans[place]], m.spans),
                'Array(String)') AS spans,
           CAST(multiIf(l.noise = 1, [], l.subject != '', ['person'],
                        said, arrayMap(one -> 'person', m.subjects), m.said_by),
                'Array(LowCardinality(String))') AS said_by,
           CAST(multiIf(l.noise = 1, [], l.subject != '', [m.rules_fired[place]], m.rules_fired),
                'Array(String)') AS rules_fired,
           CAST(ifNull(l.polarity, m.polarity), 'Int8') AS polarity,
           CAST(l.labelled, 'UInt8') AS relabelled),
       m.marked AS deleted,
       m.polarity AS model_polarity
FROM
(
    SELECT p.* EXCEPT (deleted, version),
           p.deleted OR (p.exercise, p.platform, p.id) IN
               (SELECT exercise, platform, id FROM deletions FINAL) AS marked,
           c.story_id != '' AS copy,
           c.story_id AS story_id
    FROM (SELECT * FROM mentions FINAL) AS p
    LEFT JOIN
    (
        SELECT exercise, platform, id, min(copies.story_id) AS story_id
        FROM copies
        GROUP BY exercise, platform, id
    ) AS c
        ON p.exercise = c.exercise AND p.platform = c.platform AND p.id = c.id
) AS m
LEFT JOIN
(
    SELECT exercise, platform, id, polarity, subject, crisis_type, noise, 1 AS labelled
    FROM labels FINAL
) AS l
    ON m.exercise = l.exercise AND m.platform = l.platform AND m.id = l.id
