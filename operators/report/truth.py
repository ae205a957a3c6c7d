"""What a scenario really held against what was found: hits, misses and false incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from operators.model import DAY, MINUTE
from operators.report.data import IncidentRow

EARLY: Final = 10 * MINUTE
"""An incident may be found this much before the stated onset and still be the same."""

REACH: Final = DAY
"""An incident found later than this after the onset is about something else."""


@dataclass(frozen=True, slots=True)
class TruthRow:
    """Something the scenario put into the stream; only a ``crisis`` should become an incident.

    A ``decoy`` must not become one; a ``scare`` looks like a crisis and turns out to be nothing.
    """

    subject: str
    crisis_type: str
    title: str
    onset_ms: int
    kind: Literal["crisis", "decoy", "scare"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A true crisis and the first incident that found it."""

    truth: TruthRow
    incident: IncidentRow

    @property
    def delay_ms(self) -> int:
        """Detection after the true onset, in ms."""
        return self.incident.detected_ms - self.truth.onset_ms


@dataclass(frozen=True, slots=True)
class FalseIncident:
    """An incident with no true crisis behind it; ``source`` is what set it off, if known.

    ``beside`` is a true crisis of the same subject at that time, but of another type;
    ``again`` is a true crisis that had been found already by an earlier incident.
    """

    incident: IncidentRow
    source: TruthRow | None = None
    beside: TruthRow | None = None
    again: TruthRow | None = None

    @property
    def because(self) -> str:
        """Say what set it off."""
        if self.again is not None:
            return f"“{self.again.title}”已由更早的事件检出，重复开启"
        if self.source is not None:
            kind = "虚惊" if self.source.kind == "scare" else "干扰项"
            return f"由{kind}“{self.source.title}”引起"
        if self.beside is not None:
            return f"与“{self.beside.title}”同公司同时段，但危机类型不符"
        return "场景中没有对应的危机"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every true crisis is a hit or missed; every incident a hit or false."""

    hits: tuple[Hit, ...]
    missed: tuple[TruthRow, ...]
    false: tuple[FalseIncident, ...]
    quiet: tuple[TruthRow, ...]
    """Decoys and scares that rightly set nothing off."""


def judge(truth: Sequence[TruthRow], incidents: Sequence[IncidentRow]) -> Verdict:
    """Hold incidents against the truth: the same subject and type, found within a day of onset.

    An incident that was merged into another one is told by that one.
    """
    alone = (row for row in incidents if row.state != "merged")
    left = sorted(alone, key=lambda row: (row.detected_ms, row.incident_id))
    crises = sorted((row for row in truth if row.kind == "crisis"), key=lambda row: row.onset_ms)
    hits: list[Hit] = []
    missed: list[TruthRow] = []
    for crisis in crises:
        found = next((row for row in left if _about(crisis, row)), None)
        if found is None:
            missed.append(crisis)
        else:
            hits.append(Hit(crisis, found))
            left.remove(found)
    false = tuple(_explain(row, truth) for row in left)
    loud = {item.source for item in false}
    quiet = tuple(row for row in truth if row.kind != "crisis" and row not in loud)
    return Verdict(tuple(hits), tuple(missed), false, quiet)


def _near(truth: TruthRow, incident: IncidentRow) -> bool:
    lag = incident.detected_ms - truth.onset_ms
    return truth.subject == incident.subject and -EARLY <= lag <= REACH


def _about(truth: TruthRow, incident: IncidentRow) -> bool:
    return truth.crisis_type == incident.crisis_type and _near(truth, incident)


def _explain(incident: IncidentRow, truth: Sequence[TruthRow]) -> FalseIncident:
    near = [row for row in truth if _near(row, incident)]
    again = next((row for row in near if row.kind == "crisis" and _about(row, incident)), None)
    # A decoy of the very type is the likelier cause than a crisis of another type.
    lures = [row for row in near if row.kind != "crisis"]
    source = next((row for row in lures if _about(row, incident)), next(iter(lures), None))
    beside = next((row for row in near if row.kind == "crisis"), None)
    if again is not None:
        return FalseIncident(incident, again=again)
    if source is not None and (beside is None or _about(source, incident)):
        return FalseIncident(incident, source=source)
    return FalseIncident(incident, beside=beside)
