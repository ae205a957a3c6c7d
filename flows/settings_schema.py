"""What can be set: one frozen dataclass a section, with type, default, range and unit.

The dataclasses are the schema: `flows.settings` reads a YAML file by them, and the table in the
README is made from them. A field without a rule cannot be set in a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.settings_rule import RULE, Rule, from_environment, setting
from operators.errors import ConfigError, Problem
from operators.model import Subject
from operators.rules import ThresholdRule
from operators.schemes import SCHEMES

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DEFAULT_TIMEZONE: Final = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """The Redis that carries the streams."""

    url: str = from_environment(
        "embedded (a server of our own on a private socket), redis://, rediss:// or unix://",
        "embedded",
    )
    partitions: int = setting(
        4, "number of mention streams; fixed once streams exist", low=1, high=256
    )
    read_count: int = setting(1000, "entries asked for in one read", low=1, high=20_000)
    idle_poll_ms: int = setting(20, "pause after an empty read", unit="ms", low=1, high=10_000)
    idle_after_s: float = setting(
        10.0,
        "silence after which the flow itself moves a partition's time on",
        unit="s",
        low=0.1,
        high=3600,
    )
    max_per_second: int = setting(
        0, "entries a second and partition at most; 0: no limit", low=0, high=10_000_000
    )
    heartbeat_s: float = setting(
        5.0, "pause between a producer's heartbeat entries", unit="s", low=0.1, high=600
    )
    trim: bool = setting(True, "trim what every kept snapshot has behind it")
    retain_s: float = setting(
        3600.0,
        "how long entries stay in Redis before they may be trimmed",
        unit="s",
        low=0,
        high=31 * 86_400,
    )


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The ClickHouse database, embedded or a server."""

    dsn: str = from_environment(
        "chdb://FOLDER, http://HOST:PORT/DATABASE or https://…", "chdb://var/chdb"
    )
    mentions: str = setting(
        "matched", "which mentions are stored", choices=("matched", "all", "none")
    )
    flush_ms: int = setting(
        100,
        "pause between inserts into a table; 1000 when the store is a server",
        unit="ms",
        low=10,
        high=60_000,
    )
    author_key: str = from_environment(
        "a secret of 16 characters or more: authors are stored hashed, without names"
    )
    retention_days: Mapping[str, int] = field(
        default_factory=dict,
        metadata={RULE: Rule("table: days kept; 0 or not named: for ever", unit="days")},
    )


@dataclass(frozen=True, slots=True)
class RecoverySettings:
    """Where the flow's snapshots are kept. ``accept_gap`` comes from the command line only."""

    dir: Path = field(
        default=Path("var/recovery"), metadata={RULE: Rule("folder of the snapshots")}
    )
    snapshot_s: float = setting(20.0, "pause between snapshots", unit="s", low=0.1, high=600)
    partitions: int = setting(
        1, "files the snapshots are spread over; fixed at first start", low=1, high=64
    )
    accept_gap: bool = False


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """How event time is cut and how late a mention may be."""

    lateness_s: int = setting(
        60, "a post this late still counts in its own minute", unit="s", low=0, high=3600
    )
    future_tolerance_s: int = setting(
        300, "a post further ahead of its arrival is refused", unit="s", low=0, high=86_400
    )
    history_after_h: int = setting(
        6, "a post older on arrival is stored but never alarms", unit="h", low=1, high=24
    )
    keep_h: int = setting(24, "how long a minute can still be corrected", unit="h", low=1, high=168)
    shards: int = setting(4, "parts the keys are spread over", low=1, high=256)
    generation_min: int = setting(
        10, "length of a generation of the memories", unit="min", low=1, high=360
    )


@dataclass(frozen=True, slots=True)
class MemorySettings:
    """How much each partition remembers; what falls out is counted in pipeline_health."""

    ids: int = setting(200_000, "posts known by id, per partition", low=1000, high=50_000_000)
    roots: int = setting(50_000, "thread roots, per partition", low=1000, high=50_000_000)
    stories: int = setting(
        10_000, "stories whose copies are known, per shard", low=1000, high=50_000_000
    )


@dataclass(frozen=True, slots=True)
class DetectionSettings:
    """When a signal fires and how long an incident lives."""

    min_negative_1h: int = setting(
        10, "negative posts in an hour below which nothing fires", low=1, high=1_000_000
    )
    refractory_h: int = setting(
        6, "a detector keeps still on a key after it fired", unit="h", low=0, high=168
    )
    share_min_mentions: int = setting(
        30, "posts in an hour below which no share is tested", low=1, high=1_000_000
    )
    share_margin: float = setting(
        0.25, "how far the negative share must rise above the usual", low=0.01, high=1.0
    )
    influential_followers: int = setting(
        5_000_000,
        "followers of an account whose one negative post is a signal, where a crisis rule fired",
        low=100_000,
        high=1_000_000_000,
    )
    season: str = setting(
        "none", "rhythm that the usual level follows", choices=("none", "day", "week")
    )
    close_after_h: int = setting(
        6, "an incident without a signal closes after", unit="h", low=1, high=720
    )
    reopen_within_h: int = setting(
        24, "a closed incident is reopened rather than a new one", unit="h", low=0, high=720
    )
    level_hold_min: int = setting(
        10, "a level must last this long to be taken", unit="min", low=0, high=1440
    )
    false_alarm_days: int = setting(
        7,
        "a key called a false alarm stays quiet up to 1.5 times its level for",
        unit="days",
        low=0,
        high=365,
    )
    scheme: str = setting("three_levels", "the scale of levels", choices=SCHEMES)


@dataclass(frozen=True, slots=True)
class SentimentSettings:
    """Which model reads the mood of a post."""

    backend: str = setting("linear", "the model", choices=("linear", "snownlp", "snow-fast"))
    weights: str = setting(
        "full",
        "of linear: full, or licensed (trained on openly licensed data only)",
        choices=("full", "licensed"),
    )
    file: str = setting("", "of linear: weights written by tingfeng train, in place of those")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How many processes and threads run the flow."""

    processes: int = setting(1, "processes; more than one needs a server", low=1, high=64)
    workers: int = setting(1, "threads in each process", low=1, high=64)
    backoff_s: float = setting(
        1.0, "first pause before a restart; doubles each time", unit="s", low=0.01, high=300
    )
    address_base_port: int = setting(
        0, "first port the processes talk on; 0: free ports", low=0, high=65_000
    )


@dataclass(frozen=True, slots=True)
class GrafanaSettings:
    """A Grafana of your own that `tingfeng grafana` writes to."""

    url: str = setting("http://127.0.0.1:3000/", "address of Grafana")
    token: str = from_environment("token of a service account with the role Admin")
    clickhouse_host: str = setting("clickhouse", "host of ClickHouse, as Grafana reaches it")
    clickhouse_user: str = setting("grafana", "ClickHouse user that only reads")
    clickhouse_password: str = from_environment("password of that user")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set.

    ``packs`` empty means the packs shipped with Tingfeng; without ``team`` tasks name no person.
    """

    redis: RedisSettings = RedisSettings()
    store: StoreSettings = StoreSettings()
    recovery: RecoverySettings = RecoverySettings()
    windows: WindowSettings = WindowSettings()
    memory: MemorySettings = MemorySettings()
    detection: DetectionSettings = DetectionSettings()
    sentiment: SentimentSettings = SentimentSettings()
    run: RunSettings = RunSettings()
    grafana: GrafanaSettings = GrafanaSettings()
    subjects: tuple[Subject, ...] = ()
    thresholds: tuple[ThresholdRule, ...] = ()
    stop_words: tuple[str, ...] = ()
    packs: tuple[Path, ...] = ()
    team: Path | None = None
    timezone: str = DEFAULT_TIMEZONE
    var: Path = Path("var")
    source_file: str = ""

    def require_subjects(self) -> None:
        """Raise `ConfigError` when no subject is configured: there would be nothing to watch."""
        if self.subjects:
            return
        where = self.source_file or "tingfeng.yaml"
        raise ConfigError(
            [
                Problem(
                    where,
                    1,
                    "subjects",
                    "no subject to monitor",
                    hint="`tingfeng init`, then edit the list `subjects`",
                )
            ]
        )


SECTIONS: Final[Mapping[str, "type[DataclassInstance]"]] = {
    "redis": RedisSettings,
    "store": StoreSettings,
    "recovery": RecoverySettings,
    "windows": WindowSettings,
    "memory": MemorySettings,
    "detection": DetectionSettings,
    "sentiment": SentimentSettings,
    "run": RunSettings,
    "grafana": GrafanaSettings,
}
"""Section name to its dataclass."""
