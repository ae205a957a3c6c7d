"""Drills: a scenario and a seed become a stream of mentions and actions whose truth is known."""

from operators.drill.onsets import Truth, truth
from operators.drill.scenario import Scenario
from operators.drill.stream import Entry, generate

__all__ = ["Entry", "Scenario", "Truth", "generate", "truth"]
