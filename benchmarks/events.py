"""Generated events for the benchmarks: 700 to 750 bytes, 150 characters, 35 % about a subject."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import orjson

from operators.model import CrisisType, Subject

SUBJECTS: Final = 500
NAMES_EACH: Final = 10
MATCHED: Final = 0.35
_CRISIS: Final = 0.3
_CHARACTERS: Final = 150
_LEAST_BYTES: Final = 700
_PLATFORMS: Final = (
    "weibo",
    "wechat",
    "douyin",
    "xiaohongshu",
    "xueqiu",
    "zhihu",
    "heimao",
    "news",
)
_INDUSTRIES: Final = ("banking", "securities", "fintech", "telecom", "consumer_finance")
_NAME_SIGNS: Final = (
    "澜珀霖琛瑜岚溪泓屿翊璟珩昶晗烨钧铭锐恺睿曜灏煜炜焱垚淼骐骥鹄鸢鹭麒麟璧琮琥璋珏"
)
_ENDINGS: Final = {
    "banking": "银行",
    "securities": "证券",
    "fintech": "科技",
    "telecom": "通信",
    "consumer_finance": "消金",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One generated event: its JSON and its instant in ms."""

    at_ms: int
    platform: str
    id: str
    body: bytes


def subjects(seed: int = 1) -> tuple[Subject, ...]:
    """Make 500 subjects with ten names each, five thousand patterns in all."""
    rng = random.Random(f"subjects:{seed}")
    used: set[str] = set()

    def name(ending: str) -> str:
        while True:
            made = "".join(rng.choices(_NAME_SIGNS, k=rng.choice((2, 2, 3)))) + ending
            if made not in used:
                used.add(made)
                return made

    made = []
    for number in range(SUBJECTS):
        industry = _INDUSTRIES[number % len(_INDUSTRIES)]
        names = [name(_ENDINGS[industry])] + [
            name(rng.choice(("", "宝", "通", "贷", "卡", "付"))) for _ in range(NAMES_EACH - 1)
        ]
        made.append(Subject(f"s{number}", names[0], industry, tuple(names[1:])))
    return tuple(made)


def events(
    count: int,
    monitored: Sequence[Subject],
    types: Sequence[CrisisType],
    start_ms: int,
    seed: int = 1,
    per_second: float = 100.0,
) -> Iterator[Event]:
    """Yield events in order of time; words are drawn from jieba's dictionary by frequency."""
    rng = random.Random(f"events:{seed}")
    words, weights = _dictionary()
    pool = rng.choices(words, weights, k=400_000)
    terms = {
        industry: [term for kind in types if kind.industry == industry for term, _w in kind.terms]
        for industry in _INDUSTRIES
    }
    at_ms = float(start_ms)
    place = 0
    for number in range(count):
        at_ms += rng.expovariate(per_second) * 1000
        wanted = int(rng.gauss(_CHARACTERS, 20))
        parts: list[str] = []
        size = 0
        while size < wanted:
            word = pool[place]
            place = (place + 1) % len(pool)
            parts.append(word)
            size += len(word)
        if rng.random() < MATCHED:
            subject = rng.choice(monitored)
            parts.insert(rng.randrange(len(parts)), rng.choice((subject.name, *subject.aliases)))
            if rng.random() < _CRISIS:
                parts.insert(rng.randrange(len(parts)), rng.choice(terms[subject.industry]))
        yield _event(number, int(at_ms), "".join(parts), rng)


def _event(number: int, at_ms: int, text: str, rng: random.Random) -> Event:
    platform = _PLATFORMS[rng.randrange(len(_PLATFORMS))]
    seconds, ms = divmod(at_ms, 1000)
    wire = {
        "id": f"{platform}-{number:08d}",
        "platform": platform,
        "kind": "post",
        "author": {
            "id": f"u{rng.randrange(1_000_000)}",
            "name": text[:4],
            "followers": int(rng.paretovariate(0.8) * 100),
            "verified": rng.random() < 0.05,
        },
        "text": text,
        "published_at": _rfc3339(seconds, ms),
        "counts": {
            "likes": int(rng.paretovariate(1.0)) - 1,
            "comments": rng.randrange(5),
            "reposts": rng.randrange(3),
            "views": rng.randrange(5000),
        },
        "location": "上海",
        "url": f"https://example.com/{platform}/{number:08d}",
    }
    body = orjson.dumps(wire)
    short = _LEAST_BYTES + number % 50 - len(body)
    if short > 0:
        wire["url"] = f"{wire['url']}/{'x' * (short - 1)}"
        body = orjson.dumps(wire)
    return Event(at_ms, platform, str(wire["id"]), body)


def _rfc3339(seconds: int, ms: int) -> str:
    from datetime import UTC, datetime, timedelta, timezone

    moment = datetime.fromtimestamp(seconds, UTC).astimezone(timezone(timedelta(hours=8)))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms:03d}+08:00"


def _dictionary() -> tuple[list[str], list[int]]:
    words: list[str] = []
    weights: list[int] = []
    for line in files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines():
        word, weight, *_kind = line.split(" ")
        if int(weight) > 50 and word.isalpha():
            words.append(word)
            weights.append(int(weight))
    return words, weights
