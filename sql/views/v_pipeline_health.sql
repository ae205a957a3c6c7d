CREATE OR REPLACE VIEW v_pipeline_health AS
SELECT * EXCEPT (version),
       toInt64(read) - toInt64(accepted + updates + duplicates + rejected) AS imbalance
FROM pipeline_health FINAL
