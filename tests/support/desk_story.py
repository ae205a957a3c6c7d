"""A desk that is told a story of signals, bins and actions, and what it said."""

import pickle
from typing import Any

from operators.baseline import Totals
from operators.desk import Desk
from operators.incident import Incident
from operators.incident_parts import Change, IncidentRules
from operators.model import BIN, HOUR, Action, CrisisType, Evidence, Signal, Subject
from operators.register import Register
from operators.rulings import DeskOutput
from operators.watched import BinStat, Watched

T0 = 1_760_000_000_000 - 1_760_000_000_000 % HOUR
BANK = Subject("bank", "星河银行", "banking")
KIND = CrisisType("run", "挤兑谣言", "banking", (("取不出", 1.0),), gravity=0.9)
REGISTER = Register({"bank": BANK}, {("banking", "run"): KIND})
FOREVER = T0 + 10_000 * HOUR


def posts(*names: str) -> tuple[Evidence, ...]:
    """Return posts of equal weight."""
    return tuple(Evidence(100, T0, "weibo", name, "星河银行: 取不出") for name in names)


def stat(at: int, negative: int, hour: int, kind: str = "run", **more: Any) -> BinStat:
    """Return a bin with so many negative posts, and so many in the hour up to it."""
    totals = Totals(negative, negative, negative * 100)
    platforms = (("weibo", negative),)
    evidence, followed = more.pop("evidence", ()), more.pop("followed", True)
    return BinStat(
        False, "bank", kind, at, negative, 0.1, 1.0, totals, 0, hour, hour, 0.2, followed,
        platforms, evidence, **more,
    )  # fmt: skip


def signal(at: int, kind: str = "run", observed: float = 60, tier: str = "") -> Signal:
    """Return a surge decided at an instant."""
    return Signal(
        f"{kind}{at}", False, "bank", kind, "volume_surge", at - HOUR, at, at, 2.0, observed, 1.0,
        1.0, "负面突增", onset_ms=at - BIN, negative_1h=int(observed), tier=tier,
    )  # fmt: skip


def action(kind: str, at: int, **detail: str) -> Action:
    """Return a human action on the bank's incident."""
    return Action(f"{at}-1", at, "", kind, "王敏", "bank", "run", detail=detail)


class Story:
    """Tell a desk a story and keep what it said."""

    def __init__(self, rules: IncidentRules | None = None) -> None:
        self.desk = Desk(0, rules or IncidentRules())
        self.desk.told((), FOREVER)
        self.outputs: list[DeskOutput] = []

    def tell(self, until: int, *things: Signal | BinStat | Action) -> DeskOutput:
        """Tell things and advance the watermark."""
        signals = [one for one in things if isinstance(one, Signal)]
        bins = [one for one in things if isinstance(one, BinStat)]
        self.desk.told([one for one in things if isinstance(one, Action)], FOREVER)
        self.desk.watched([Watched(until, signals, bins)])
        self.desk = pickle.loads(pickle.dumps(self.desk))
        out = self.desk.work(REGISTER)
        self.outputs.append(out)
        return out

    def burst(self, bins: int = 12, per_bin: int = 60) -> DeskOutput:
        """Open an incident at T0 and let it grow."""
        out = DeskOutput()
        for number in range(bins):
            at = T0 + number * BIN
            told: list[Signal | BinStat] = [stat(at, per_bin, per_bin * (number + 1))]
            if not number:
                told.append(signal(at + BIN))
            out = self.tell(at + BIN, *told)
        return out

    def incident(self, kind: str = "run") -> Incident:
        """Return an incident of a type as last told."""
        told = [one for out in self.outputs for one in out.incidents if one.crisis_type == kind]
        return told[-1]

    def changes(self, kind: str) -> list[Change]:
        """List the changes of one kind so far."""
        events = [event for out in self.outputs for event in out.events]
        return [event.change for event in events if event.change.kind == kind]

    def kinds(self) -> list[str]:
        """List the kinds of all events so far."""
        return [event.change.kind for out in self.outputs for event in out.events]
