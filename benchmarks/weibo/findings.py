"""What a replay found, read from the store's views and held against the corpus.

The posts of an incident are the stored mentions of its subject and crisis type from its onset to
its end. Its thread is the original most of them hang on.
"""

import random
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.weibo.corpus import Corpus, Original
from operators.model import HOUR, LEVELS, MINUTE, Subject
from operators.reading import wordless
from operators.subjects import names_of

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

BIG: Final = 500
SAMPLE: Final = 30
_FEW: Final = 10

_BALANCE: Final = """
SELECT sum(read), sum(accepted), sum(matched), sum(unmatched), sum(updates), sum(duplicates),
       sum(rejected), sum(orphans), sum(late), sum(history), sum(forgotten), sum(missing),
       sum(abs(imbalance)), sum(abs(toInt64(accepted) - toInt64(matched + unmatched)))
FROM v_pipeline_health
"""
_BALANCE_NAMES: Final = (
    *("read", "accepted", "matched", "unmatched", "updates", "duplicates", "rejected", "orphans"),
    *("late", "history", "forgotten", "missing", "imbalance", "unexplained"),
)
_INCIDENTS: Final = """
SELECT incident_id, subject, crisis_type, arrayConcat([level], levels), state,
       toInt64(toUnixTimestamp(onset_at)) * 1000, toInt64(toUnixTimestamp(detected_at)) * 1000,
       toInt64(toUnixTimestamp(if(state = 'open', updated_at, closed_at))) * 1000,
       mentions, negative, playbook_title
FROM v_incidents LEFT JOIN
(
    SELECT incident_id, arrayConcat(groupUniqArray(before), groupUniqArray(after)) AS levels
    FROM v_incident_events WHERE kind = 'level' GROUP BY incident_id
) AS changes USING (incident_id)
WHERE state != 'merged' ORDER BY detected_at, incident_id
"""
_POSTS: Final = """
SELECT id, if(root_id = '', id, root_id) AS thread, toUnixTimestamp64Milli(published_at) AS at,
       polarity, text, inherited, subjects, crisis_types
FROM v_mentions ORDER BY at, id
"""
_SCORES: Final = "SELECT id, p_negative, uncertain FROM v_mentions WHERE id IN {ids:Array(String)}"


class IncidentRow(NamedTuple):
    """An incident as the store has it, with every level it had; times in ms."""

    incident_id: str
    subject: str
    crisis_type: str
    levels: Sequence[str]
    state: str
    onset_ms: int
    detected_ms: int
    end_ms: int
    mentions: int
    negative: int
    playbook: str

    @property
    def level(self) -> str:
        """Return the highest level it had; at its end the level has mostly fallen again."""
        return max(self.levels, key=LEVELS.index)


class Post(NamedTuple):
    """A stored mention."""

    id: str
    thread: str
    at_ms: int
    polarity: int
    text: str
    inherited: bool
    subjects: Sequence[str]
    crisis_types: Sequence[str]


@dataclass(frozen=True, slots=True)
class Behind:
    """An incident with the posts behind it and the original most of them hang on."""

    row: IncidentRow
    posts: tuple[Post, ...]
    thread: str
    original: Original | None

    def holds(self, subject: Subject) -> bool:
        """Tell whether the original's text really holds a name of the subject."""
        text = self.original.text.lower() if self.original else ""
        return any(name.lower() in text for name in names_of(subject))


@dataclass(frozen=True, slots=True)
class Sampled:
    """A post for a person to judge."""

    incident: str
    subject: str
    crisis_type: str
    level: str
    at_ms: int
    polarity: int
    p_negative: float
    uncertain: bool
    inherited: bool
    text: str
    original: str


@dataclass(frozen=True, slots=True)
class Outside:
    """A much reposted original that is in no incident, and the worst hour of its thread."""

    id: str
    reposts: int
    negative_1h: int
    mentions_1h: int
    text: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is printed; shares 0 to 1, delays in minutes."""

    balance: dict[str, int]
    signals: dict[str, int]
    incidents: int
    per_subject: dict[str, dict[str, int]]
    per_level: dict[str, int]
    original_holds_subject: float
    posts_in_main_thread: float
    big: int
    big_inside: int
    big_outside: tuple[Outside, ...]
    delay_min: float
    sample: tuple[Sampled, ...]


def read_findings(
    client: "Client", corpus: Corpus, subjects: Mapping[str, Subject], seed: int
) -> Findings:
    """Ask the store; ``seed`` chooses the sample."""
    rows = [IncidentRow(*row) for row in _ask(client, _INCIDENTS)]
    posts = [Post(*row) for row in _ask(client, _POSTS)]
    originals = {one.id: one for one in corpus.originals}
    of_key: dict[tuple[str, str], list[Post]] = {}
    for post in posts:
        for key in zip(post.subjects, post.crisis_types, strict=True):
            of_key.setdefault(key, []).append(post)
    behind = [
        _behind(row, of_key.get((row.subject, row.crisis_type), ()), originals) for row in rows
    ]
    big = corpus.big(BIG)
    inside = {one.id: delay for one in big if (delay := _delay(one, behind)) is not None}
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.subject, Counter())[row.crisis_type] += 1
    total = max(1, sum(len(one.posts) for one in behind))
    main = sum(post.thread == one.thread for one in behind for post in one.posts)
    holding = sum(one.holds(subjects[one.row.subject]) for one in behind)
    return Findings(
        balance=dict(zip(_BALANCE_NAMES, map(int, _ask(client, _BALANCE)[0]), strict=True)),
        signals={
            str(name): int(count)
            for name, count in _ask(
                client, "SELECT detector, count() FROM v_signals GROUP BY detector ORDER BY 1"
            )
        },
        incidents=len(rows),
        per_subject={subject: dict(kinds) for subject, kinds in sorted(counts.items())},
        per_level=dict(Counter(row.level for row in rows)),
        original_holds_subject=round(holding / max(1, len(rows)), 3),
        posts_in_main_thread=round(main / total, 3),
        big=len(big),
        big_inside=len(inside),
        big_outside=tuple(_outside(one, posts) for one in big if one.id not in inside),
        delay_min=round(statistics.median(inside.values()) / MINUTE, 1) if inside else 0.0,
        sample=_sample(client, behind, originals, seed),
    )


def _ask(client: "Client", sql: str, **parameters: Any) -> Sequence[Sequence[Any]]:
    found: Sequence[Sequence[Any]] = client.query(sql, parameters=parameters).result_rows
    return found


def _behind(row: IncidentRow, posts: Sequence[Post], originals: Mapping[str, Original]) -> Behind:
    mine = tuple(post for post in posts if row.onset_ms <= post.at_ms < row.end_ms)
    threads = Counter(post.thread for post in mine).most_common(1)
    thread = threads[0][0] if threads else ""
    return Behind(row, mine, thread, originals.get(thread))


def _delay(original: Original, behind: Sequence[Behind]) -> int | None:
    """Return how long after the original an incident it belongs to was detected, in ms.

    It belongs to an incident of one of its subjects with at least ten posts of its thread. One
    that was open already when the original appeared counts as no delay.
    """
    delays = [
        max(0, one.row.detected_ms - original.published_ms)
        for one in behind
        if one.row.subject in original.subjects
        and sum(post.thread == original.id for post in one.posts) >= _FEW
    ]
    return min(delays, default=None)


def _outside(original: Original, posts: Sequence[Post]) -> Outside:
    """Find the hour of a thread with the most negative posts."""
    thread = [post for post in posts if post.thread == original.id]
    worst = (0, 0)
    first = negative = 0
    for last, post in enumerate(thread):
        negative += post.polarity < 0
        while post.at_ms - thread[first].at_ms >= HOUR:
            negative -= thread[first].polarity < 0
            first += 1
        worst = max(worst, (negative, last - first + 1))
    return Outside(original.id, original.reposts, *worst, original.text)


def _sample(
    client: "Client",
    behind: Sequence[Behind],
    originals: Mapping[str, Original],
    seed: int,
) -> tuple[Sampled, ...]:
    """Draw incidents, and from each a post with words; no incident twice while others are left."""
    choose = random.Random(seed)
    worded = [(one, [post for post in one.posts if not wordless(post.text)]) for one in behind]
    worded = [(one, posts) for one, posts in worded if posts]
    choose.shuffle(worded)
    drawn: dict[str, tuple[Behind, Post]] = {}
    for number in range(SAMPLE if worded else 0):
        one, posts = worded[number % len(worded)]
        post = choose.choice(posts)
        drawn.setdefault(post.id, (one, post))
    found = _ask(client, _SCORES, ids=list(drawn))
    scores = {str(post_id): (float(share), bool(unsure)) for post_id, share, unsure in found}
    return tuple(
        Sampled(
            one.row.incident_id,
            one.row.subject,
            one.row.crisis_type,
            one.row.level,
            post.at_ms,
            post.polarity,
            round(scores[post.id][0], 2),
            scores[post.id][1],
            post.inherited,
            post.text,
            originals[post.thread].text if post.thread in originals else "",
        )
        for one, post in drawn.values()
    )
