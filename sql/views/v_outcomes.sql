-- What became of incidents and the playbooks used on them: observed, not proven
CREATE OR REPLACE VIEW v_outcomes AS SELECT * EXCEPT (version) FROM outcomes FINAL
