CREATE OR REPLACE VIEW v_incidents AS
SELECT i.* EXCEPT (version),
       if(i.mentions = 0, NULL, i.negative / i.mentions) AS negative_share,
       dateDiff('second', i.onset_at, i.detected_at) AS delay_s,
       r.playbook_id, r.playbook_version, r.title AS playbook_title, r.reason AS playbook_reason,
       r.decided_at AS recommended_at
FROM (SELECT * FROM incidents FINAL) AS i
LEFT JOIN
(
    SELECT exercise, incident_id, max(decided_at) AS decided_at,
           argMax(playbook_id, recommendations.decided_at) AS playbook_id,
           argMax(playbook_version, recommendations.decided_at) AS playbook_version,
           argMax(title, recommendations.decided_at) AS title,
           argMax(reason, recommendations.decided_at) AS reason
    FROM recommendations FINAL
    GROUP BY exercise, incident_id
) AS r ON i.exercise = r.exercise AND i.incident_id = r.incident_id
