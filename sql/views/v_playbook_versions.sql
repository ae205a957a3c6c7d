CREATE OR REPLACE VIEW v_playbook_versions AS SELECT * EXCEPT (version) FROM playbook_versions FINAL
