-- 核实、疑问与账号结构
-- 占比都是 0 到 1，取最近一小时。
-- :incident String  事件编号
SELECT hints, questioning_share, unique_author_share, copy_share, top_author_share, first_platform,
       top_tier, verified_by, verification_evidence, reopened, acknowledged_by, closed_by,
       peak_at, forecast_peak_at, level_peak
FROM v_incidents
WHERE incident_id = {incident:String}
