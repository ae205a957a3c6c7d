"""What people teach the baselines of a shard: a false alarm was an ordinary time after all.

Incidents are kept out of what is usual, so the bins of a key that is loud or followed are noted
here with what the banks made of them. When a person calls the incident a false alarm, those bins
enter the baselines: the banks say how. Like every action it takes effect at the first watermark
minute after its own stream time, before anything of that minute is decided.

An incident is known by the minute it opened at, which is what its id is made of, so a shard finds
its bins without asking the desk. A word on an incident that ended by itself meanwhile is heard as
well: the desk has nothing left to end, but those hours were as the person says.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

import numpy as np

from operators.bank import Floats
from operators.detectors import negative_share
from operators.detectors.negative_share import NegativeShareBank
from operators.detectors.volume_surge import Seen, VolumeSurgeBank
from operators.docket import FALSE_ALARM_MARGIN
from operators.findings import Closing
from operators.incident_parts import FALSE_ALARM, incident_name
from operators.model import BIN, DAY, HOUR, MINUTE, Action, Signal
from operators.talk import Key

_BEFORE_MS: Final = 6 * HOUR
"""How long before its first signal an incident may have begun."""
_BINS_KEPT_MS: Final = 7 * DAY
_SIGNALS_KEPT_MS: Final = 30 * DAY


class Noted(NamedTuple):
    """One bin of a key: its number, its counts, and what the banks made of it."""

    t: float
    counts: float
    mentions: float
    usual: float
    score: float
    season: float
    bar: float
    share_learned: float


class Measured(NamedTuple):
    """What the banks made of the keys of a bin, in one order."""

    counts: Floats
    scores: Floats
    bars: Sequence[float]
    loud: Sequence[bool]
    shares: Sequence[float]
    season: float


class _Row(Protocol):
    @property
    def row(self) -> int: ...


@dataclass(slots=True)
class _Record:
    """The loud hours of one key."""

    since_ms: int = 0
    """Start of the trouble that it is followed for now."""
    fired: list[tuple[int, int]] = field(default_factory=list)
    """Each signal: when it was decided, where its trouble began."""
    numbers: "array[float]" = field(default_factory=lambda: array("d"))
    """`Noted` after `Noted`."""

    def bins(self) -> Floats:
        """Return the bins, one a row."""
        return np.frombuffer(self.numbers).reshape(-1, len(Noted._fields)).copy()

    def forget(self, now: int) -> None:
        """Drop the bins that no incident of now can have; those before a signal sooner."""
        self.fired = [one for one in self.fired if one[0] > now - _SIGNALS_KEPT_MS]
        kept = now - (_BINS_KEPT_MS if self.fired else _BEFORE_MS)
        if self.numbers and self.numbers[0] * BIN < kept:
            found = self.bins()
            self.numbers = array("d", found[found[:, 0] * BIN >= kept].tobytes())

    def opened(self, key: Key, name: str) -> int | None:
        """Return where the incident of a name began, None when it is not of this key."""
        for decided, onset in self.fired:
            if incident_name(key, decided) == name:
                return onset
        # What was held back opens an incident at the end of a later bin.
        for end in (self.bins()[:, 0].astype(int) + 1) * BIN if self.fired else ():
            if incident_name(key, int(end)) == name:
                return max((one for one in self.fired if one[0] <= end), default=(0, 0))[1]
        return None


class Lessons:
    """State of a shard: the loud hours of its keys, and the words that wait for their minute."""

    def __init__(self) -> None:
        self._records: dict[Key, _Record] = {}
        self._waiting: list[Action] = []
        self._swept = 0

    def told(self, actions: Iterable[Action]) -> None:
        """Take in what people did; of interest are false alarms."""
        self._waiting += [one for one in actions if one.kind == FALSE_ALARM]

    def fired(self, signal: Signal, *, followed: bool) -> None:
        """Hear of a signal; ``followed`` if its key was being followed already."""
        key = (signal.exercise, signal.subject, signal.crisis_type)
        record = self._records.setdefault(key, _Record())
        if not followed or not record.fired:
            record.since_ms = signal.onset_ms
        record.fired.append((signal.decided_ms, signal.onset_ms))

    def note(
        self, bin_ms: int, closing: Sequence[Closing], followed: Set[Key], measured: Measured
    ) -> None:
        """Keep the bin of those keys that are loud in it, or followed after it."""
        t, season = bin_ms / BIN, measured.season
        for number, one in enumerate(closing):
            if not measured.loud[number] and one.key not in followed:
                continue
            counts, score = float(measured.counts[number]), float(measured.scores[number])
            mentions = one.totals.mentions - (one.totals.negative - counts)
            learned = not one.unusual and measured.shares[number] < negative_share.THRESHOLD
            bar = measured.bars[number]
            noted = Noted(t, counts, mentions, one.expected, score, season, bar, float(learned))
            record = self._records.setdefault(one.key, _Record())
            record.numbers.extend(noted)
            record.forget(bin_ms)
        if bin_ms - self._swept >= DAY:
            self._swept = bin_ms
            self._sweep(bin_ms)

    def _sweep(self, now: int) -> None:
        for record in self._records.values():
            record.forget(now)
        kept = self._records.items()
        self._records = {key: one for key, one in kept if one.numbers or one.fired}

    def teach(
        self,
        bin_ms: int,
        rows: Mapping[Key, _Row],
        surge: VolumeSurgeBank,
        share: NegativeShareBank,
    ) -> None:
        """Teach the banks what is in effect before the bin at ``bin_ms`` is decided."""
        if not self._waiting:
            return
        due = [one for one in self._waiting if _effective(one) <= bin_ms + BIN]
        self._waiting = [one for one in self._waiting if _effective(one) > bin_ms + BIN]
        for action in sorted(due, key=attrgetter("at_ms", "action_id")):
            for key, record, since in self._meant(action):
                bins = record.bins()
                those = bins[:, 0] * BIN >= since
                record.numbers = array("d", bins[~those].tobytes())
                if those.any():
                    _teach(bin_ms // BIN, rows[key].row, bins[those], surge, share)

    def _meant(self, action: Action) -> Iterator[tuple[Key, _Record, int]]:
        """Yield the record an action is about, and where its incident began."""
        if not action.incident:
            key = (action.exercise, action.subject, action.crisis_type)
            found = self._records.get(key)
            if found is not None and found.fired:
                yield key, found, found.since_ms
            return
        for key, record in self._records.items():
            since = record.opened(key, action.incident)
            if since is not None:
                yield key, record, since
                return


def _effective(action: Action) -> int:
    return action.at_ms - action.at_ms % MINUTE + MINUTE


def _teach(
    t: int, row: int, bins: Floats, surge: VolumeSurgeBank, share: NegativeShareBank
) -> None:
    noted = Noted._make(bins.T)
    counts, mentions = np.asarray(noted.counts), np.asarray(noted.mentions)
    met = (noted.t, counts, noted.usual, noted.score, noted.season, noted.bar)
    seen = Seen(*(np.asarray(one) for one in met))
    surge.teach(t, row, seen, FALSE_ALARM_MARGIN)
    kept_out = np.asarray(noted.share_learned) == 0
    share.teach(row, seen.t[kept_out], counts[kept_out], mentions[kept_out])
