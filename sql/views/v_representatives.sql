-- Posts that stand for what people say (代表性言论): those of the last reading of the hour
CREATE OR REPLACE VIEW v_representatives AS
SELECT * EXCEPT (version, newest)
FROM
(
    SELECT *, max(version) OVER (PARTITION BY exercise, incident_id, window_start) AS newest
    FROM representatives FINAL
)
WHERE version = newest
