-- How each playbook version has been used and what followed (预案效果): observed, never proven
-- :playbook_id  the playbook
-- :playbook_version  content hash of the version
-- :industry  industry of the incidents it was given for
-- :used [incidents]  incidents it was given for, drills, false alarms and merged ones left out
-- :overridden [incidents]  of those, how many people chose another playbook for
-- :accepted_share [share 0 to 1]  share that people did not override
-- :accepted_low [share 0 to 1]  lower end of its 95 % interval (Wilson)
-- :accepted_high [share 0 to 1]  upper end of its 95 % interval (Wilson)
-- :with_statement [incidents]  ended incidents with a statement
-- :statement_s [seconds]  median from detection to the statement; NULL without one
-- :half_life_s [seconds]  median until the negative share had halved after the statement; NULL without one
-- :half_life_low_s [seconds]  lower quartile of it
-- :half_life_high_s [seconds]  upper quartile of it
-- :without_statement [incidents]  ended incidents of the same industry and types without a statement
-- :without_half_life_s [seconds]  their median, counted from their busiest hour; NULL without any
-- :better [share 0 to 1]  how often one with a statement halved sooner than one without; NULL below 5 on either side
CREATE OR REPLACE VIEW v_playbook_effectiveness AS
WITH
    known AS
    (
        SELECT o.playbook_id AS playbook_id, o.playbook_version AS playbook_version,
               o.industry AS industry, o.crisis_type AS crisis_type, o.overridden AS overridden,
               o.statement_s AS statement_s, o.ended_at > toDateTime(0, 'UTC') AS ended,
               -- One that never halved stands at 48 h, beyond all that did.
               if(o.half_life_s < 0, 172800, o.half_life_s) AS half_life
        FROM (SELECT * FROM outcomes FINAL WHERE exercise = 0) AS o
        INNER JOIN (SELECT exercise, incident_id, state FROM incidents FINAL) AS i
            ON o.exercise = i.exercise AND o.incident_id = i.incident_id
        WHERE i.state NOT IN ('false_alarm', 'merged')
    ),
    others AS
    (
        SELECT industry, crisis_type, groupArray(half_life) AS without
        FROM known WHERE ended AND statement_s < 0
        GROUP BY industry, crisis_type
    ),
    used AS
    (
        SELECT playbook_id, playbook_version, industry,
               count() AS used, sum(overridden) AS overridden,
               groupArrayIf(half_life, ended AND statement_s >= 0) AS halved,
               groupArrayIf(toFloat64(statement_s), statement_s >= 0) AS stated,
               groupUniqArray(crisis_type) AS types
        FROM known WHERE playbook_id != ''
        GROUP BY playbook_id, playbook_version, industry
    ),
    beside AS
    (
        SELECT u.playbook_id AS playbook_id, u.playbook_version AS playbook_version,
               u.industry AS industry,
               groupArrayArrayIf(o.without, has(u.types, o.crisis_type)) AS without
        FROM used AS u
        LEFT JOIN others AS o ON u.industry = o.industry
        GROUP BY playbook_id, playbook_version, industry
    )
SELECT u.playbook_id AS playbook_id, u.playbook_version AS playbook_version,
       u.industry AS industry, u.used AS used, u.overridden AS overridden,
       1 - u.overridden / u.used AS accepted_share,
       (accepted_share + 1.9208 / u.used
        - 1.96 * sqrt(accepted_share * (1 - accepted_share) / u.used + 0.9604 / (u.used * u.used)))
           / (1 + 3.8416 / u.used) AS accepted_low,
       (accepted_share + 1.9208 / u.used
        + 1.96 * sqrt(accepted_share * (1 - accepted_share) / u.used + 0.9604 / (u.used * u.used)))
           / (1 + 3.8416 / u.used) AS accepted_high,
       length(u.halved) AS with_statement,
       if(empty(u.stated), NULL, arrayReduce('quantileExact', u.stated)) AS statement_s,
       if(empty(u.halved), NULL, arrayReduce('quantileExact', u.halved)) AS half_life_s,
       if(empty(u.halved), NULL, arrayReduce('quantileExact(0.25)', u.halved)) AS half_life_low_s,
       if(empty(u.halved), NULL, arrayReduce('quantileExact(0.75)', u.halved)) AS half_life_high_s,
       length(b.without) AS without_statement,
       if(empty(b.without), NULL, arrayReduce('quantileExact', b.without)) AS without_half_life_s,
       if(length(u.halved) < 5 OR length(b.without) < 5, NULL,
          arraySum(x -> arraySum(y -> multiIf(x < y, 1., x = y, 0.5, 0.), b.without), u.halved)
              / (length(u.halved) * length(b.without))) AS better
FROM used AS u
LEFT JOIN beside AS b
    ON u.playbook_id = b.playbook_id AND u.playbook_version = b.playbook_version
    AND u.industry = b.industry
