-- 预测：最近一次预计的条数与 80% 区间
-- :incident String  事件编号
SELECT horizon_h, made_at, mentions, mentions_low, mentions_high, negative, negative_low,
       negative_high, peak_at
FROM v_forecasts
WHERE incident_id = {incident:String}
  AND made_at = (SELECT max(made_at) FROM v_forecasts WHERE incident_id = {incident:String})
ORDER BY horizon_h
