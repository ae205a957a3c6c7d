"""The ClickHouse schema: numbered migrations, views and the migrator."""
