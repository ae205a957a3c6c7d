"""What many tests of this folder need: Redis servers, the shipped packs."""

import pytest

from flows.packs import read_packs
from flows.settings import load_settings
from playbooks.schema import Pack
from tests.support.redis_servers import embedded, redis, streams, url

__all__ = ["embedded", "redis", "streams", "url"]


@pytest.fixture(scope="module")
def packs() -> tuple[Pack, ...]:
    """Load the shipped packs."""
    return read_packs(load_settings(None))
