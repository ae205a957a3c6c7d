-- All versions of subjects and rules the flow has worked with
CREATE OR REPLACE VIEW v_rule_versions AS SELECT * EXCEPT (version) FROM rule_versions FINAL
