"""What a drill showed (演练成绩单): found in time, level, playbook, tasks."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from operators.drill.onsets import truth
from operators.drill.scenario import Scenario
from operators.model import LEVELS, MINUTE, SECOND

_EARLY: Final = 30 * MINUTE
"""How long before the onset an incident may have been found and still be the one."""


@dataclass(frozen=True, slots=True)
class Found:
    """An incident of the drill as the store holds it; times in ms."""

    incident_id: str
    subject: str
    crisis_type: str
    state: str
    level_peak: str
    detected_ms: int
    playbook_id: str
    playbook_title: str
    tasks: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Score:
    """One crisis of a drill and what became of it; ``found`` is None when it was missed."""

    drill_id: str
    scenario: str
    industry: str
    seed: int
    speed: float
    title: str
    subject: str
    crisis_type: str
    onset_ms: int
    within_ms: int
    level_wanted: str
    playbook_wanted: str
    found: Found | None

    @property
    def delay_ms(self) -> int:
        """From onset to detection; below 0 when it was found before, -1 ms also when missed."""
        return self.found.detected_ms - self.onset_ms if self.found else -1

    @property
    def in_time(self) -> bool:
        """Whether it was found within the minutes the drill allows."""
        return self.found is not None and self.delay_ms <= self.within_ms

    @property
    def level_reached(self) -> bool:
        """Whether the intended level was reached or passed."""
        return self.found is not None and LEVELS.index(self.found.level_peak) >= LEVELS.index(
            self.level_wanted
        )

    @property
    def playbook_given(self) -> bool:
        """Whether the playbook in force at the end is the intended one."""
        return self.found is not None and self.found.playbook_id == self.playbook_wanted

    @property
    def passed(self) -> bool:
        """Whether everything the drill intends came true."""
        return self.in_time and self.level_reached and self.playbook_given


def scorecard(
    scenario: Scenario,
    industry: str,
    seed: int,
    speed: float,
    end_ms: int,
    incidents: Iterable[Found],
) -> tuple[list[Score], list[Found]]:
    """Judge the crises of a drill; returns the scores, and incidents that nothing accounts for."""
    left = list(incidents)
    wanted = {burst.id: burst.intended for burst in scenario.script.bursts}
    natural = f"{scenario.script.id}/{seed}/{end_ms}"
    drill_id = hashlib.sha256(natural.encode()).hexdigest()[:12]
    scores = []
    for one in truth(scenario, end_ms):
        intended = wanted[one.id]
        if intended is None:
            continue
        found = next(
            (
                each
                for each in sorted(left, key=lambda each: each.detected_ms)
                if (each.subject, each.crisis_type) == (one.subject, one.crisis_type)
                and each.detected_ms >= one.onset_ms - _EARLY
            ),
            None,
        )
        if found is not None:
            left.remove(found)
        scores.append(
            Score(
                drill_id,
                scenario.script.id,
                industry,
                seed,
                speed,
                one.title,
                one.subject,
                one.crisis_type,
                one.onset_ms,
                int(intended.within * MINUTE),
                intended.level,
                intended.playbook,
                found,
            )
        )
    return scores, left


def lines(scores: Sequence[Score], others: Sequence[Found], level_names: dict[str, str]) -> str:
    """Return the scorecard in Chinese, as plainly when it failed as when it passed."""
    out = []
    for score in scores:
        out.append(f"{'通过' if score.passed else '未通过'}  {score.title}")
        wanted = level_names.get(score.level_wanted, score.level_wanted)
        found = score.found
        if found is None:
            out.append("  ✗ 未发现：整场演练没有形成这起事件")
            continue
        minutes = score.delay_ms / (60 * SECOND)
        limit = score.within_ms / (60 * SECOND)
        level = level_names.get(found.level_peak, found.level_peak)
        out.append(
            f"  {_mark(score.in_time)} 发现用时 {minutes:.0f} 分钟（要求 {limit:.0f} 分钟内）"
        )
        out.append(f"  {_mark(score.level_reached)} 最高级别 {level}（预期 {wanted}）")
        out.append(
            f"  {_mark(score.playbook_given)} 给出预案 {found.playbook_id or '无'}"
            f"《{found.playbook_title}》（预期 {score.playbook_wanted}）"
        )
        out.append(f"  · 任务 {found.tasks} 项，按时完成 {found.in_time} 项")
    out += [f"另有事件：{one.subject} / {one.crisis_type}，状态 {one.state}" for one in others]
    return "\n".join(out)


def _mark(good: bool) -> str:
    return "✓" if good else "✗"
