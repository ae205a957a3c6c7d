-- 推送：通知了谁，是否送达
-- :incident String  事件编号
SELECT channel, receiver, count() AS notices, countIf(status = 'sent') AS sent,
       countIf(status = 'failed') AS failed, min(at) AS first_at
FROM v_deliveries
WHERE incident_id = {incident:String}
GROUP BY channel, receiver
ORDER BY first_at, channel, receiver
