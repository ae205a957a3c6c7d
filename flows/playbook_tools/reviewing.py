"""``tingfeng playbooks review``: what the owner of the library should look at."""

import argparse
import time
from collections.abc import Iterator, Sequence
from typing import Final

from flows.packs import read_packs
from flows.settings_schema import Settings
from flows.store_reader import connect_reading
from operators.fit import day_of
from operators.library_gaps import GAP_NAMES
from operators.model import DAY
from playbooks.advice import advice_on
from playbooks.schema import Playbook, content_hash

_SOON_DAYS: Final = 30
_OLD_DAYS: Final = 365

_GAPS_SQL: Final = """
SELECT kind, industry, crisis_type, level, playbook_id, uniqExact(incident_id) AS incidents,
       max(decided_at) AS latest, argMax(note, decided_at) AS latest_note
FROM v_library_gaps
WHERE exercise = 0 AND decided_at >= (SELECT max(decided_at) FROM v_library_gaps)
      - toIntervalDay({days:UInt32})
GROUP BY kind, industry, crisis_type, level, playbook_id
ORDER BY incidents DESC, latest DESC, kind, playbook_id
"""
_USED_SQL: Final = """
SELECT playbook_id, uniqExact(incident_id) FROM v_recommendations
WHERE exercise = 0 GROUP BY playbook_id
"""
_EFFECT_SQL: Final = """
SELECT playbook_id, playbook_version, count(), countIf(overridden), countIf(statement_s >= 0),
       round(quantileExactIf(0.5)(statement_s, statement_s >= 0) / 60)
FROM v_outcomes WHERE exercise = 0 GROUP BY playbook_id, playbook_version
ORDER BY count() DESC, playbook_id
"""


def review(options: argparse.Namespace, settings: Settings) -> int:
    """Print gaps and overrides of the last days, and playbooks that are expired, old or unused."""
    playbooks = [one for pack in read_packs(settings) for one in pack.playbooks]
    with connect_reading(settings.store.dsn, settings.var) as reader:
        gaps = reader.query(_GAPS_SQL, {"days": options.days}).rows
        used = {str(row[0]): int(str(row[1])) for row in reader.query(_USED_SQL).rows}
        effects = reader.query(_EFFECT_SQL).rows
    now_ms = round(time.time() * 1000)
    print("\n".join(_sections(playbooks, gaps, used, effects, now_ms)))
    return 0


def _sections(
    playbooks: Sequence[Playbook],
    gaps: Sequence[Sequence[object]],
    used: dict[str, int],
    effects: Sequence[Sequence[object]],
    now_ms: int,
) -> Iterator[str]:
    yield f"预案缺口与人工改选（{len(gaps)}项）"
    for kind, _industry, _type, _level, _playbook, incidents, _latest, note in gaps:
        yield f"  [{GAP_NAMES.get(str(kind), str(kind))}] {incidents}起事件：{note}"
    dated = list(_dated(playbooks, now_ms))
    yield f"有效期与修订（{len(dated)}项）"
    yield from (f"  {line}" for line in dated)
    known = {content_hash(one): one for one in playbooks}
    yield f"使用情况（{len(effects)}个版本；观察所得，不是因果）"
    for playbook_id, version, n, overridden, spoken, minutes in effects:
        state = "" if version in known else "，已不是现行版本"
        said = f"，发布声明{spoken}起，中位用时{minutes}分钟" if int(str(spoken)) else ""
        yield f"  {playbook_id}@{version}：用于{n}起，被改选{overridden}起{said}{state}"
    unused = [one.id for one in playbooks if not used.get(one.id)]
    yield f"尚未用过（{len(unused)}个）：{'、'.join(unused) or '无'}"
    unfinished = [(one.id, len(advice_on(one))) for one in playbooks]
    yield from (f"待完善：{name}有{count}处建议" for name, count in unfinished if count)


def _dated(playbooks: Sequence[Playbook], now_ms: int) -> Iterator[str]:
    today, soon, old = (day_of(now_ms + days * DAY) for days in (0, _SOON_DAYS, -_OLD_DAYS))
    for one in playbooks:
        if one.valid_until and one.valid_until < today:
            yield f"{one.id}《{one.title}》已于{one.valid_until}过期"
        elif one.valid_until and one.valid_until <= soon:
            yield f"{one.id}《{one.title}》将于{one.valid_until}到期"
        if one.updated and one.updated < old:
            yield f"{one.id}《{one.title}》自{one.updated}起没有修订，已超过一年"
