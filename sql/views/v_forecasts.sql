-- Forecasts (预测) of open incidents
CREATE OR REPLACE VIEW v_forecasts AS SELECT * EXCEPT (version) FROM forecasts FINAL
