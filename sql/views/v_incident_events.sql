-- Each change of an incident with its cause
CREATE OR REPLACE VIEW v_incident_events AS SELECT * EXCEPT (version) FROM incident_events FINAL
