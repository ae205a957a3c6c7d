-- Entries that could not be used
CREATE OR REPLACE VIEW v_rejected AS SELECT * EXCEPT (version) FROM rejected FINAL
