-- Incidents with names, tasks and clocks, one row each: what walls show
-- :subject_name  Chinese name of the subject; its id when it has none
-- :industry  industry of the subject
-- :type_name  Chinese name of the crisis type; its id when it has none
-- :override_title  title of the playbook a person chose instead; empty when none
-- :tasks [tasks]  tasks that were not cancelled
-- :tasks_done [tasks]  tasks done
-- :tasks_overdue [tasks]  open tasks past their deadline
-- :next_due_at  when the next open reporting clock runs out; 1970 when none is open
-- :next_clock  what has to be reported by then
-- :clocks_overdue [clocks]  open reporting clocks past their time
CREATE OR REPLACE VIEW v_incident_board AS
SELECT i.exercise AS exercise, i.subject AS subject, i.crisis_type AS crisis_type,
       i.incident_id AS incident_id, i.playbook_id AS playbook_id,
       i.* EXCEPT (exercise, subject, crisis_type, incident_id, playbook_id),
       if(s.name = '', i.subject, s.name) AS subject_name,
       s.industry AS industry,
       if(n.name = '', i.crisis_type, n.name) AS type_name,
       if(p.title = '', i.override, p.title) AS override_title,
       t.tasks AS tasks, t.tasks_done AS tasks_done, t.tasks_overdue AS tasks_overdue,
       c.next_due_at AS next_due_at, c.next_clock AS next_clock, c.clocks_overdue AS clocks_overdue
FROM v_incidents AS i
LEFT JOIN v_subjects AS s ON i.subject = s.subject
LEFT JOIN v_crisis_types AS n ON s.industry = n.industry AND i.crisis_type = n.crisis_type
LEFT JOIN
(
    SELECT exercise, incident_id, countIf(status != 'cancelled') AS tasks,
           countIf(status = 'done') AS tasks_done,
           countIf(status = 'open' AND overdue) AS tasks_overdue
    FROM tasks FINAL
    GROUP BY exercise, incident_id
) AS t ON i.exercise = t.exercise AND i.incident_id = t.incident_id
LEFT JOIN
(
    SELECT exercise, incident_id, minIf(due_at, status = 'open') AS next_due_at,
           argMinIf(title, due_at, status = 'open') AS next_clock,
           countIf(status = 'open' AND overdue) AS clocks_overdue
    FROM clocks FINAL
    GROUP BY exercise, incident_id
) AS c ON i.exercise = c.exercise AND i.incident_id = c.incident_id
LEFT JOIN
(
    SELECT playbook_id, argMax(title, published_at) AS title
    FROM playbook_versions FINAL
    GROUP BY playbook_id
) AS p ON i.override = p.playbook_id
