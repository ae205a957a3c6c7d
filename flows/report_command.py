"""``tingfeng report``: incidents of the store as one HTML file."""

from collections.abc import Sequence
from pathlib import Path

from flows.packs import read_packs
from flows.report import load, write
from flows.settings_schema import Settings
from flows.store_reader import connect_reading
from operators.errors import StoreError
from operators.platforms import LABELS
from operators.report.names import Names
from operators.report.truth import TruthRow
from operators.subjects import names_of as names_in_use
from playbooks.schema import Pack


def names_of(settings: Settings, packs: Sequence[Pack]) -> Names:
    """Return the Chinese names of subjects, crisis types and platforms."""
    industries = {subject.id: subject.industry for subject in settings.subjects}
    return Names(
        subject={subject.id: subject.name for subject in settings.subjects},
        industry=industries,
        crisis_type={
            (pack.industry, kind.id): kind.name for pack in packs for kind in pack.crisis_types
        },
        platform=dict(LABELS),
        aliases={subject.id: names_in_use(subject) for subject in settings.subjects},
    )


def report_file(
    settings: Settings,
    incidents: Sequence[str],
    out: Path,
    *,
    exercise: bool = False,
    truth: Sequence[TruthRow] = (),
) -> None:
    """Write the report of the given incidents, or of all."""
    packs = read_packs(settings)
    with connect_reading(settings.store.dsn, settings.var) as reader:
        data = load(reader.client, list(incidents) or None, exercise)
    missing = set(incidents) - {file.row.incident_id for file in data.incidents}
    if missing:
        msg = (
            f'no such incident: {", ".join(sorted(missing))} (try: tingfeng sql "SELECT incident_id'
        )
        msg += ' FROM v_incidents")'
        raise StoreError(msg)
    write(data, out, truth, names=names_of(settings, packs))
