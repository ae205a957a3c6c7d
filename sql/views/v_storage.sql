-- What each table of the store takes on disk
-- :table  name of the table
-- :rows [rows]  rows, superseded versions included
-- :bytes [bytes]  size on disk
-- :parts [parts]  parts it is kept in; many mean that merging lags behind
CREATE OR REPLACE VIEW v_storage AS
SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts
FROM system.parts
WHERE active AND database = currentDatabase() AND table != 'schema_migrations'
GROUP BY table
