-- Reporting clocks (报告时限) that run beside an incident
CREATE OR REPLACE VIEW v_clocks AS SELECT * EXCEPT (version) FROM clocks FINAL
