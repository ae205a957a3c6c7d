-- All versions of all playbooks the flow has taken in (预案)
CREATE OR REPLACE VIEW v_playbook_versions AS SELECT * EXCEPT (version) FROM playbook_versions FINAL
