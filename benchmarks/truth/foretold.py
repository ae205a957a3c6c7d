"""What the desk expected of the truth's incidents, against what then came."""

from collections.abc import Iterable, Sequence

import numpy as np

from benchmarks.incident_forecast import Score, Told, score
from benchmarks.truth.scenes import MINUTES, START_MS, Played
from operators.desk import Desk
from operators.forecast.course import HORIZONS_H
from operators.incident_parts import IncidentRules
from operators.model import HOUR, MINUTE, CrisisType, Subject
from operators.register import Register
from operators.rulings import ForecastMade
from operators.watched import Watched

_FAR = 1 << 60
_EVERY_MS = HOUR // 2


class Foretold:
    """A shard's incident desk that hears of every closed minute and keeps what it forecast."""

    def __init__(self, played: Sequence[Played]) -> None:
        self._counts = {
            (one.scene.subject, one.scene.crisis_type): np.concatenate(
                [[0], np.cumsum(one.negative + one.copies)]
            )
            for one in played
        }
        subjects = {subject for subject, _kind in self._counts}
        self._register = Register(
            {name: Subject(name, name, "banking") for name in sorted(subjects)},
            {
                ("banking", kind): CrisisType(kind, kind, "banking", ())
                for _subject, kind in sorted(self._counts)
            },
        )
        self._desk = Desk(0, IncidentRules())
        self._desk.told((), _FAR)
        self._made: list[ForecastMade] = []

    def __call__(self, closed: Watched) -> None:
        """Hear of a closed minute."""
        self._desk.watched([closed])
        made = self._desk.work(self._register).forecasts
        self._made += [one for one in made if one.outlook.made_ms % _EVERY_MS == 0]

    def told(self, horizon_h: int) -> list[Told]:
        """Return every forecast of a horizon that ends within the set, with what came."""
        numbers: dict[str, int] = {}
        told = []
        for one in self._made:
            begin = (one.outlook.made_ms - START_MS) // MINUTE
            end = begin + horizon_h * 60
            if end <= MINUTES:
                total = self._counts[one.subject, one.crisis_type]
                number = numbers.setdefault(one.incident_id, len(numbers))
                span = one.outlook.negative[HORIZONS_H.index(horizon_h)]
                told.append(Told(number, span, float(total[end] - total[begin])))
        return told


def scores(shards: Iterable[dict[int, list[Told]]]) -> dict[int, Score]:
    """Score the forecasts of all shards by horizon; every incident counts the same."""
    found: dict[int, list[Told]] = {hours: [] for hours in HORIZONS_H}
    before = 0
    for shard in shards:
        for hours, some in shard.items():
            found[hours] += [one._replace(incident=before + one.incident) for one in some]
        before += 1 + max((one.incident for some in shard.values() for one in some), default=0)
    return {hours: score(some) for hours, some in found.items() if some}
