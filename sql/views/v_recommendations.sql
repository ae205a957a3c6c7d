-- Recommendations (处置建议), each with the rule it was made by
CREATE OR REPLACE VIEW v_recommendations AS SELECT * EXCEPT (version) FROM recommendations FINAL
