CREATE OR REPLACE VIEW v_metrics AS
SELECT * EXCEPT (version), if(mentions = 0, NULL, negative / mentions) AS negative_share
FROM metrics_minute FINAL
