CREATE OR REPLACE VIEW v_baselines AS
SELECT * EXCEPT (version), if(mentions_1h = 0, NULL, negative_1h / mentions_1h) AS share_1h
FROM baselines FINAL
