-- What the detectors held when each bin closed, with the negative share of the hour
-- :share_1h [share 0 to 1]  negative posts over posts in the hour that ends with the bin; NULL without posts
CREATE OR REPLACE VIEW v_baselines AS
SELECT * EXCEPT (version), if(mentions_1h = 0, NULL, negative_1h / mentions_1h) AS share_1h
FROM baselines FINAL
