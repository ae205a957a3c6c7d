-- Scorecards of drills (演练)
CREATE OR REPLACE VIEW v_drills AS SELECT * EXCEPT (version) FROM drills FINAL
