-- Alerts sent to people, and what became of them (推送)
CREATE OR REPLACE VIEW v_deliveries AS SELECT * EXCEPT (version) FROM deliveries FINAL
