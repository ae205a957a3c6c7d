-- Incidents (事件), present state, each with its newest recommendation
-- :negative_share [share 0 to 1]  negative posts over posts since onset; NULL without posts
-- :delay_s [seconds]  from onset to detection
-- :playbook_id  playbook of the newest recommendation; empty when there is none
-- :playbook_version  content hash of that playbook
-- :playbook_title  its title
-- :playbook_reason  one Chinese sentence: why this playbook
-- :recommended_at  when the newest recommendation was decided; 1970 when there is none
-- :related  ids of related incidents of other subjects
CREATE OR REPLACE VIEW v_incidents AS
-- With two joins, i.* alone would name what all sides have i.exercise and i.incident_id.
SELECT i.exercise AS exercise, i.subject AS subject, i.crisis_type AS crisis_type,
       i.incident_id AS incident_id,
       i.* EXCEPT (exercise, subject, crisis_type, incident_id, version),
       if(i.mentions = 0, NULL, i.negative / i.mentions) AS negative_share,
       dateDiff('second', i.onset_at, i.detected_at) AS delay_s,
       r.playbook_id, r.playbook_version, r.title AS playbook_title, r.reason AS playbook_reason,
       r.decided_at AS recommended_at,
       k.related AS related
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
LEFT JOIN
(
    SELECT exercise, incident_id, arraySort(groupArray(related_id)) AS related
    FROM incident_links FINAL
    GROUP BY exercise, incident_id
) AS k ON i.exercise = k.exercise AND i.incident_id = k.incident_id
