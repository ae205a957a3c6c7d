"""What ``tingfeng backfill`` takes and says, in the words of its users."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.settings_schema import Settings
from operators.backfill import Tally
from operators.errors import ConfigError, Problem
from operators.instants import instant_ms
from operators.model import MINUTE


def instant(settings: Settings, path: str, text: str) -> int:
    """Read a time of the command line, in full minutes; raises `ConfigError`."""
    ms = instant_ms(text, ZoneInfo(settings.timezone))
    if ms is None:
        problem = Problem("(command line)", 1, path, "not a time", text, "2026-11-20T08:00+08:00")
        raise ConfigError([problem])
    return ms - ms % MINUTE


def heading(settings: Settings, ms: int) -> str:
    """Write a time as people where the flow runs do, so that it can be given again."""
    return f"{datetime.fromtimestamp(ms / 1000, ZoneInfo(settings.timezone)):%Y-%m-%dT%H:%M%z}"


def result(tally: Tally, *, unseen: int, dry_run: bool) -> Iterator[str]:
    """Say what a backfill changed, and what it could not."""
    yield (
        f"重读 {tally.read:,} 条，结论改变 {tally.changed:,} 条：新命中 {tally.gained:,}，"
        f"不再命中 {tally.lost:,}，主体或类型改变 {tally.kinds:,}，情感改变 {tally.tones:,}"
    )
    yield f"指标改写 {tally.minutes:,} 分钟（{tally.metric_rows:,} 行）；信号、事件、建议与推送不变"
    notes = (
        (tally.found, "新命中的帖子里，{:,} 条只在保留的消息流中找到，现已入库"),
        (tally.labelled, "人工标注过 {:,} 条，仍以标注为准"),
        (tally.engagement_kept, "多次采集的 {:,} 条：互动数与迟到标记分散在各分钟，留在原处未重算"),
        (tally.rootless, "原帖不在库里的转发 {:,} 条：保持原结论"),
        (tally.refused, "不再符合格式的 {:,} 条：保持原结论"),
        (unseen, "当时未命中且未入库的约 {:,} 条无从重读（store.mentions: all 才保存它们）"),
    )
    for number, words in notes:
        if number:
            yield words.format(number)
    if dry_run:
        yield "试运行：什么也没有写入"
