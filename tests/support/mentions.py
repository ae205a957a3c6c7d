"""Mentions for tests, with what a test does not care about filled in."""

from typing import Any

from operators.model import Mention


def mention(**fields: Any) -> Mention:
    """Return a post on weibo with the given fields."""
    usual = {"id": "m", "platform": "weibo", "published_ms": 1, "arrived_ms": 1}
    return Mention(**{**usual, **fields})
