"""``tingfeng migrate``: bring the store to the schema of this release."""

from flows.clickhouse_sink import insert_rows
from flows.packs import read_packs
from flows.plan import rule_rows
from flows.settings_schema import Settings
from flows.store import open_store
from sql.migrate import Report, migrate


def migrate_store(settings: Settings) -> Report:
    """Migrate, and record the subjects and rules this installation works with."""
    client = open_store(settings.store.dsn, create=True)
    try:
        report = migrate(client, settings.store.retention_days)
        insert_rows(client, rule_rows(settings, read_packs(settings)))
    finally:
        client.close()
    return report
