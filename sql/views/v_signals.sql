-- Signals (信号)
CREATE OR REPLACE VIEW v_signals AS SELECT * EXCEPT (version) FROM signals FINAL
