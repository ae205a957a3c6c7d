-- Stored posts read again under later rules (规则回溯)
CREATE OR REPLACE VIEW v_backfills AS SELECT * EXCEPT (plan, version) FROM backfills FINAL
