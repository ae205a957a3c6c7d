CREATE OR REPLACE VIEW v_rule_versions AS SELECT * EXCEPT (version) FROM rule_versions FINAL
