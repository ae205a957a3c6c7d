-- Counts per subject, crisis type, platform and minute
-- :negative_share [share 0 to 1]  negative posts over posts of the minute; NULL without posts
CREATE OR REPLACE VIEW v_metrics AS
SELECT * EXCEPT (version), if(mentions = 0, NULL, negative / mentions) AS negative_share
FROM metrics_minute FINAL
