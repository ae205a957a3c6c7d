"""What the desk expected of the truth's incidents, against what then came."""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.incident_forecast import Told, score
from benchmarks.truth.scenes import MINUTES, START_MS, Played
from operators.desk import Desk, Register
from operators.forecast.course import HORIZONS_H
from operators.incident import IncidentRules
from operators.model import HOUR, MINUTE, CrisisType, Subject
from operators.rulings import ForecastMade
from operators.watched import Watched

_FAR = 1 << 60
_EVERY_MS = HOUR // 2


class Foretold:
    """An incident desk that hears of every closed minute and keeps what it forecast."""

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

    def lines(self) -> Iterator[str]:
        """Yield error and coverage of each horizon; every incident counts the same."""
        numbers: dict[str, int] = {}
        for place, hours in enumerate(HORIZONS_H):
            told = []
            for one in self._made:
                begin = (one.outlook.made_ms - START_MS) // MINUTE
                end = begin + hours * 60
                if end <= MINUTES:
                    total = self._counts[one.subject, one.crisis_type]
                    number = numbers.setdefault(one.incident_id, len(numbers))
                    actual = float(total[end] - total[begin])
                    told.append(Told(number, one.outlook.negative[place], actual))
            if told:
                found = score(told)
                yield (
                    f"  next {hours:2} h: median error {found.mdape:.0%}, 80 % interval held in "
                    f"{found.coverage80:.0%} of {found.n} forecasts"
                )
