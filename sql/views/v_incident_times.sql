-- How long detection, acknowledgement, statement and recovery took, one row an incident
-- :detect_s [seconds]  from onset to detection
-- :acknowledge_s [seconds]  from detection to acknowledgement; NULL when nobody acknowledged it
-- :statement_s [seconds]  from detection to the statement; NULL without one
-- :close_s [seconds]  from detection to the end; NULL while open and for false alarms
-- :half_life_s [seconds]  until the negative share of an hour had halved since the statement (or the busiest hour); NULL when it never did
CREATE OR REPLACE VIEW v_incident_times AS
SELECT i.exercise AS exercise, i.subject AS subject, i.crisis_type AS crisis_type,
       i.incident_id AS incident_id, i.detected_at AS detected_at, i.state AS state,
       i.level AS level, i.subject_name AS subject_name, i.industry AS industry,
       i.type_name AS type_name, i.delay_s AS detect_s,
       if(i.acknowledged_at = 0, NULL, dateDiff('second', i.detected_at, i.acknowledged_at))
           AS acknowledge_s,
       if(i.statement_at = 0, NULL, dateDiff('second', i.detected_at, i.statement_at))
           AS statement_s,
       if(i.closed_at = 0 OR i.state NOT IN ('resolved', 'closed'), NULL,
          dateDiff('second', i.detected_at, i.closed_at)) AS close_s,
       if(o.half_life_s > 0, o.half_life_s, NULL) AS half_life_s
FROM v_incident_board AS i
LEFT JOIN
(
    SELECT exercise, incident_id, argMax(outcomes.half_life_s, outcomes.ended_at) AS half_life_s
    FROM outcomes FINAL
    GROUP BY exercise, incident_id
) AS o ON i.exercise = o.exercise AND i.incident_id = o.incident_id
