CREATE OR REPLACE VIEW v_recommendations AS SELECT * EXCEPT (version) FROM recommendations FINAL
