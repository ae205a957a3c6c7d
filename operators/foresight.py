"""What a desk expects of its open incidents, and what it has learned from those before."""

from typing import Final

from operators.docket import key_of
from operators.forecast.course import HORIZONS_H, busy_between
from operators.forecast.outlook import Experience, expect, outlook
from operators.incident import Incident
from operators.incident_parts import CLOSED, OPEN
from operators.model import HOUR
from operators.rulings import ForecastMade
from operators.watched import BinStat

_CALM_MS: Final = 2 * HOUR


class Foresight:
    """Experience of one desk; drills learn from drills alone."""

    def __init__(self) -> None:
        self._experience: dict[bool, Experience] = {}

    def look_ahead(self, incident: Incident, stat: BinStat) -> list[ForecastMade]:
        """Learn from forecasts whose time has come; forecast anew while the incident is open."""
        experience = self._experience.setdefault(incident.exercise, Experience())
        now = stat.decided_ms
        waiting = []
        for due, horizon, before, expected, scale in incident.awaited:
            if now >= due or incident.state == CLOSED:
                rest = _rest(incident, now, due)
                experience.learn(horizon, expected, scale, incident.negative - before + rest)
            else:
                waiting.append((due, horizon, before, expected, scale))
        incident.awaited = waiting if incident.state == OPEN else []
        if incident.state != OPEN:
            return []
        mentions, negative = incident.courses(stat)
        incident.outlook = outlook(mentions, negative, experience)
        # Forecasts of neighbouring bins err alike, so one an hour is remembered.
        if now % HOUR == 0:
            for hours in HORIZONS_H:
                _span, expected, scale = expect(negative, hours, experience)
                due = now + hours * HOUR
                incident.awaited.append((due, hours, incident.negative, expected, scale))
        return [ForecastMade(*key_of(incident), incident.incident_id, incident.outlook)]


def _rest(incident: Incident, now: int, due: int) -> float:
    """Return the negative posts until ``due`` of what closed by itself: it goes on as it is now."""
    if due <= now:
        return 0.0
    posts = {at: bad for at, (_all, bad) in incident.bins.items() if at > now - _CALM_MS}
    return sum(posts.values()) * busy_between(now, due) / busy_between(now - _CALM_MS, now)
