-- Human actions (处置动作) and what became of them
CREATE OR REPLACE VIEW v_actions AS SELECT * EXCEPT (version) FROM actions FINAL
