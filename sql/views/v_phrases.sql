-- Phrases that stand out in an incident (热词), per hour
CREATE OR REPLACE VIEW v_phrases AS SELECT * EXCEPT (version) FROM phrases FINAL
