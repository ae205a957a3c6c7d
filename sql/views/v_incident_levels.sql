-- Spans of time in which an incident had a level: what state time lines show
-- :from_at  when the span began
-- :to_at  when it ended; 2106 while it lasts
-- :level  level in that span; empty while the incident was closed
CREATE OR REPLACE VIEW v_incident_levels AS
SELECT exercise, subject, crisis_type, incident_id, at AS from_at,
       -- 2106 while it lasts
       leadInFrame(at, 1, toDateTime(4294967295, 'UTC')) OVER following AS to_at,
       if(is_open, level_so_far, '') AS level
FROM
(
    SELECT exercise, subject, crisis_type, incident_id, at, seq,
           kind != 'closed' AS is_open,
           argMax(level, if(level = '', 0, seq + 1)) OVER so_far AS level_so_far
    FROM
    (
        SELECT i.exercise AS exercise, i.subject AS subject, i.crisis_type AS crisis_type,
               i.incident_id AS incident_id, i.detected_at AS at, toUInt32(0) AS seq,
               'opened' AS kind, if(c.first = '', toString(i.level), c.first) AS level
        FROM (SELECT * FROM incidents FINAL) AS i
        LEFT JOIN
        (
            SELECT exercise, incident_id, argMin(before, seq) AS first
            FROM incident_events FINAL
            WHERE kind = 'level'
            GROUP BY exercise, incident_id
        ) AS c ON i.exercise = c.exercise AND i.incident_id = c.incident_id
        UNION ALL
        SELECT exercise, subject, crisis_type, incident_id, at, seq, toString(kind),
               if(kind = 'level', after, '')
        FROM incident_events FINAL
        WHERE kind IN ('level', 'closed', 'reopened')
    )
    WINDOW so_far AS
        (PARTITION BY exercise, incident_id ORDER BY at, seq ROWS UNBOUNDED PRECEDING)
)
WINDOW following AS
    (PARTITION BY exercise, incident_id ORDER BY at, seq
     ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
