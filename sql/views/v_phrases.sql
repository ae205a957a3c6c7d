-- Phrases that stand out in an incident (热词), per hour: those of the last reading of the hour
CREATE OR REPLACE VIEW v_phrases AS
SELECT * EXCEPT (version, newest)
FROM
(
    SELECT *, max(version) OVER (PARTITION BY exercise, incident_id, window_start) AS newest
    FROM phrases FINAL
)
WHERE version = newest
