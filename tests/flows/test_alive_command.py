"""The health check: fails before the flow reads and when it stands still, and the fed demo."""

from pathlib import Path

import pytest
from redis import Redis

from flows.alive_command import LATEST, alive
from flows.demo_feed import feed_demo
from flows.settings import load_settings
from flows.settings_schema import Settings
from flows.stream_writer import READ
from flows.streams import read_meta, write_meta
from operators.errors import ConfigError, StoreError

DEMO = Path(__file__).parents[2] / "deploy/demo.yaml"


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    """Give settings that point at the server."""
    config = tmp_path / "tingfeng.yaml"
    config.write_text(f"redis: {{url: '{url}', partitions: 2}}\n", encoding="utf-8")
    return load_settings(config)


def test_flow_that_never_read_is_not_alive(redis: "Redis", settings: Settings) -> None:
    """All partitions have to be read."""
    write_meta(redis, 2, "live")
    with pytest.raises(StoreError, match=r"0 of 2 streams have been read"):
        alive(settings)


def test_flow_that_reads_is_alive_until_it_stands_still(redis: "Redis", settings: Settings) -> None:
    """What was told last must not be old by the clock of Redis."""
    write_meta(redis, 2, "live")
    now = int(redis.time()[0]) * 1000
    redis.hset(READ, mapping={"0": f"{now}-0", "1": f"{now - 1000}-5"})
    assert alive(settings).startswith("2 streams are read")
    redis.hset(READ, "1", f"{now - LATEST - 5_000}-0")
    with pytest.raises(StoreError, match="the flow last read"):
        alive(settings)


def test_replay_has_times_of_its_own(redis: "Redis", settings: Settings) -> None:
    """There it is enough that all has been read once."""
    write_meta(redis, 2, "stream")
    redis.hset(READ, mapping={"0": "1000-0", "1": "2000-0"})
    assert alive(settings) == "2 streams are read"


def test_demo_is_fed_into_an_empty_redis_only(
    redis: "Redis", url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Streams in use are refused, and so are settings without the companies of the demo."""
    text = DEMO.read_text(encoding="utf-8").replace(
        "redis://tingfeng:${REDIS_PASSWORD}@redis:6379/0", url
    )
    text = text.replace("team: team.yaml\n", "")
    config = tmp_path / "demo.yaml"
    config.write_text(text, encoding="utf-8")
    settings = load_settings(config, {"CLICKHOUSE_PASSWORD": "p@ss"})
    assert feed_demo(settings, seed=1, now="2026-11-21T18:00:00+08:00") == 0
    meta = read_meta(redis)
    assert meta is not None
    assert meta.clock == "stream"
    assert redis.xlen("mentions:0") > 1_000
    assert "接下来：tingfeng run" in capsys.readouterr().out
    with pytest.raises(StoreError, match="needs an empty one"):
        feed_demo(settings, seed=1, now=None)
    config.write_text(f"redis: {{url: '{url}'}}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="the companies of the demo are not in the settings"):
        feed_demo(load_settings(config), seed=1, now=None)
