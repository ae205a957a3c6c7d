"""Small hand-made streams: quiet talk, and trouble that becomes an incident within minutes."""

from collections.abc import Iterable
from itertools import count
from typing import Any, Final

from operators.drill import Entry
from operators.model import MINUTE, SECOND

START_MS: Final = 1_780_000_200_000
"""Start of a 5-minute bin."""

_DELAY_MS: Final = 500
_PLATFORMS: Final = ("weibo", "douyin", "xueqiu", "wechat")
_QUIET: Final = ("今天天气不错，出门走走", "周末去哪儿吃饭好", "地铁又晚点了", "这部电影挺好看")
_TROUBLE: Final = (
    "{name}手机银行又崩了，转账一直失败，气死我了",
    "{name}系统崩溃，登录不上，什么垃圾银行",
    "{name}系统故障到现在没人管，转账失败，太差劲了",
)


def _entry(number: int, at_ms: int, text: str, **more: Any) -> Entry:
    payload = {
        "id": f"{at_ms}-{number}",
        "platform": _PLATFORMS[number % len(_PLATFORMS)],
        "author": {"id": f"u{number % 23}", "name": f"网友{number % 23}", "followers": number},
        "text": text,
        "published_at": at_ms,
        **more,
    }
    return Entry(at_ms + _DELAY_MS, "mentions", payload)


def chatter(start_ms: int, minutes: int, every_ms: int = 20 * SECOND) -> list[Entry]:
    """Talk about nobody in particular; it moves the time of every partition on."""
    times = range(start_ms, start_ms + minutes * MINUTE, every_ms)
    return [
        _entry(n, at, f"{_QUIET[n % len(_QUIET)]}（{n}）")
        for n, at in zip(count(), times, strict=False)
    ]


def trouble(name: str, start_ms: int, posts: int = 80, every_ms: int = 6 * SECOND) -> list[Entry]:
    """Negative posts about a company: enough for an incident within ten minutes."""
    return [
        _entry(
            n, start_ms + n * every_ms, f"{_TROUBLE[n % len(_TROUBLE)].format(name=name)}（{n}）"
        )
        for n in range(posts)
    ]


def in_order(*parts: Iterable[Entry]) -> list[Entry]:
    """Put entries in order of arrival."""
    return sorted((entry for part in parts for entry in part), key=lambda entry: entry.at_ms)
