-- What went through each stream partition, per minute of arrival
-- :imbalance [entries]  read less accepted, updates, duplicates and rejected: 0 when nothing is lost
CREATE OR REPLACE VIEW v_pipeline_health AS
SELECT * EXCEPT (version),
       toInt64(read) - toInt64(accepted + updates + duplicates + rejected) AS imbalance
FROM pipeline_health FINAL
