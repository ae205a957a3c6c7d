"""A well-behaved entry, and how entries are decoded in tests."""

import json
from typing import Any

from operators.decode import DecodeRules, decode
from operators.model import HOUR, Mention, Rejected

PUBLISHED_MS = 1_795_263_303_000  # 2026-11-21T20:15:03+08:00
ARRIVED_MS = PUBLISHED_MS + HOUR
RULES = DecodeRules()
PLAIN: dict[str, Any] = {
    "id": "42",
    "platform": "weibo",
    "text": "星河银行又崩了",
    "published_at": "2026-11-21T20:15:03+08:00",
}


def read(entry: dict[str, Any] | bytes, rules: DecodeRules = RULES) -> Mention | Rejected:
    """Decode an entry that arrived an hour after it was published."""
    raw = entry if isinstance(entry, bytes) else json.dumps(entry).encode()
    return decode(raw, ARRIVED_MS, rules)


def accepted(entry: dict[str, Any] | bytes) -> Mention:
    """Decode an entry that must be accepted."""
    result = read(entry)
    assert isinstance(result, Mention), result
    return result
