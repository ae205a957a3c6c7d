-- Where the library had no good answer (预案缺口)
CREATE OR REPLACE VIEW v_library_gaps AS SELECT * EXCEPT (version) FROM library_gaps FINAL
