-- Related incidents (关联事件) across subjects, one row each way
CREATE OR REPLACE VIEW v_incident_links AS
SELECT * EXCEPT (version) FROM incident_links FINAL
