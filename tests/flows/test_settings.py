"""Settings: what a file gives, what the defaults are, and that all problems come at once."""

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from flows.settings import load_settings
from flows.settings_rule import settable
from flows.settings_schema import SECTIONS, RedisSettings, Settings
from operators.errors import ConfigError
from operators.model import HOUR, MINUTE, Subject
from operators.rules import ThresholdRule
from sql.retention import TIME_COLUMN

ROOT = Path(__file__).parents[2]
BAD = sorted((ROOT / "tests/fixtures/settings").glob("bad.*.yaml"))
EXPECT = re.compile(r"\s*# expect (.*)")


def load(folder: Path, text: str, **environ: str) -> Settings:
    """Load settings from a file with this text, in this environment."""
    path = folder / "tingfeng.yaml"
    path.write_text(text)
    return load_settings(path, environ)


def problems(folder: Path, text: str, **environ: str) -> str:
    """Return the text of the error that loading raises."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **environ)
    return str(caught.value)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_bad_file_gives_exactly_the_problems_it_names(path: Path) -> None:
    """Each fixture states its problems; they come all at once, in order, and nothing else."""
    expected = [
        f"{path}:{match[1]}".replace("FILE", str(path)).replace("FOLDER", str(path.parent))
        for line in path.read_text().splitlines()
        if (match := EXPECT.fullmatch(line))
    ]
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})
    assert str(caught.value).splitlines() == expected
    assert expected


def test_secret_never_appears_in_a_problem(tmp_path: Path) -> None:
    """Neither a password in the file nor one from the environment is ever shown."""
    text = "redis: {url: 'foo://:${PW}@h:1'}\nstore: {dsn: 'http://u:literal@h:99999/x'}"
    told = problems(tmp_path, text, PW="s3cret")
    assert "s3cret" not in told
    assert "literal" not in told
    assert "redis.url" in told
    assert "store.dsn" in told


def test_without_a_file_all_is_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file means the defaults, with paths below the working directory."""
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None)
    assert settings.redis == RedisSettings()
    assert settings.store.dsn == f"chdb://{tmp_path}/var/chdb"
    assert settings.recovery.dir == tmp_path / "var/recovery"
    assert settings.var == tmp_path / "var"
    assert settings.timezone == "Asia/Shanghai"
    assert settings.subjects == ()


@pytest.mark.parametrize("text", ["", "# nothing\n", "redis:\nsubjects:\nstore:\n  # dsn: x\n"])
def test_empty_file_and_empty_sections_are_defaults(tmp_path: Path, text: str) -> None:
    """A file of comments, or sections with all keys commented out, changes nothing."""
    settings = load(tmp_path, text)
    assert settings.store.flush_ms == 100
    assert settings.redis == RedisSettings()


def test_every_setting_reaches_its_field(tmp_path: Path) -> None:
    """What the file gives is what the dataclasses hold, for every setting there is."""
    given: dict[str, dict[str, object]] = {}
    for section, cls in SECTIONS.items():
        values = given.setdefault(section, {})
        for name, rule in settable(cls).items():
            default = getattr(cls(), name)
            if rule.interpolated or isinstance(default, dict | Path):
                continue
            if isinstance(default, bool):
                values[name] = not default
            elif rule.choices:
                values[name] = rule.choices[-1]
            elif isinstance(default, str):
                values[name] = "other"
            else:
                values[name] = type(default)(default + 1 if default + 1 <= (rule.high or 0) else 1)
    given["store"]["dsn"] = "http://clickhouse:8123/tingfeng"
    given["redis"]["url"] = "redis://redis:6379/0"
    text = "\n".join(
        f"{section}:\n"
        + "\n".join(f"  {name}: {str(value).lower()}" for name, value in values.items())
        for section, values in given.items()
    )
    settings = load(tmp_path, text)
    for section, values in given.items():
        read = getattr(settings, section)
        assert {name: getattr(read, name) for name in values} == values
        assert all(type(getattr(read, name)) is type(value) for name, value in values.items())


def test_a_whole_number_serves_as_a_number(tmp_path: Path) -> None:
    """`snapshot_s: 2` is read as 2.0: people do not write the point."""
    snapshot_s = load(tmp_path, "recovery: {snapshot_s: 2}").recovery.snapshot_s
    assert snapshot_s == 2.0
    assert isinstance(snapshot_s, float)


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths are relative to the file's folder, wherever the command is run."""
    (tmp_path / "conf 目录/packs").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    path = Path("conf 目录/tingfeng.yaml")
    path.write_text("var: ../data\npacks: [packs]\n")
    settings = load_settings(path)
    base = tmp_path / "conf 目录"
    assert settings.var == base / "../data"
    assert settings.packs == (base / "packs",)
    assert settings.store.dsn == f"chdb://{base}/../data/chdb"
    assert settings.recovery.dir == base / "../data/recovery"
    assert settings.source_file == str(path)


def test_var_moves_what_is_not_placed_elsewhere(tmp_path: Path) -> None:
    """`var` carries the store and the snapshots, unless they have a place of their own."""
    text = "var: /data\nstore: {dsn: 'chdb://mine'}"
    settings = load(tmp_path, text)
    assert settings.store.dsn == f"chdb://{tmp_path}/mine"
    assert settings.recovery.dir == Path("/data/recovery")


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    """`${NAME}` is filled in; within user:password@ it is encoded so that it stays one part."""
    text = (
        "redis: {url: 'rediss://:${RPW}@${RHOST}/0'}\n"
        "store: {dsn: 'http://tf:${CPW}@ch:8123/tingfeng'}\n"
    )
    settings = load(tmp_path, text, RPW="a/b@c:d", RHOST="redis:6380", CPW="密码")
    assert settings.redis.url == "rediss://:a%2Fb%40c%3Ad@redis:6380/0"
    assert settings.store.dsn == "http://tf:%E5%AF%86%E7%A0%81@ch:8123/tingfeng"


def test_whole_address_from_the_environment(tmp_path: Path) -> None:
    """An address that is one variable is taken as it is."""
    settings = load(tmp_path, "redis: {url: '${REDIS_URL}'}", REDIS_URL="redis://:p%40@h:1/2")
    assert settings.redis.url == "redis://:p%40@h:1/2"


def test_address_from_the_environment_is_checked_too(tmp_path: Path) -> None:
    """What the environment holds goes through the same checks."""
    assert "scheme 'ftp'" in problems(tmp_path, "redis: {url: '${U}'}", U="ftp://h")


def test_an_empty_variable_is_a_missing_one(tmp_path: Path) -> None:
    """`NAME=` in the environment is no password."""
    told = problems(tmp_path, "redis: {url: 'redis://:${PW}@h:1'}", PW="")
    assert "needs the environment variable PW" in told


@pytest.mark.parametrize(
    ("text", "flush_ms"),
    [
        ("store: {dsn: 'chdb://x'}", 100),
        ("store: {dsn: 'https://h/db'}", 1000),
        ("store: {dsn: 'http://h/db', flush_ms: 100}", 100),
    ],
)
def test_a_server_is_flushed_to_less_often(tmp_path: Path, text: str, flush_ms: int) -> None:
    """One insert a second and table on a server, ten on chDB, unless the file says otherwise."""
    assert load(tmp_path, text).store.flush_ms == flush_ms


def test_processes_are_free_with_a_server(tmp_path: Path) -> None:
    """Several processes are fine when none of them owns the store."""
    text = "run: {processes: 3}\nstore: {dsn: 'http://h:8123/db'}"
    assert load(tmp_path, text).run.processes == 3


def test_subjects_come_from_both_lists(tmp_path: Path) -> None:
    """`subjects_file` adds to `subjects`; all fields are read, numbers among names as written."""
    (tmp_path / "more.yaml").write_text("- {id: b, name: 海川证券, industry: securities}\n")
    text = """
subjects_file: more.yaml
subjects:
  - id: a
    name: 星河银行
    industry: banking
    aliases: [星河, 0532]
    products: [星河理财]
    executives: [周明远]
    tags: [总行]
    hotline: 95000
"""
    assert load(tmp_path, text).subjects == (
        Subject(
            id="a",
            name="星河银行",
            industry="banking",
            aliases=("星河", "0532"),
            products=("星河理财",),
            executives=("周明远",),
            tags=("总行",),
            hotline="95000",
        ),
        Subject(id="b", name="海川证券", industry="securities"),
    )


def test_problem_in_the_subjects_file_names_that_file(tmp_path: Path) -> None:
    """Problems of both files come together, each with its own file and line."""
    more = tmp_path / "more.yaml"
    more.write_text("- {id: ok, name: 海川证券, industry: securities}\n- {id: a, name: 速付科技}\n")
    text = "subjects_file: more.yaml\nsubjects:\n- {id: a, name: 星河银行, industry: bank}\n"
    told = problems(tmp_path, text).splitlines()
    own = tmp_path / "tingfeng.yaml"
    assert [line.partition(" ")[0] for line in told] == [f"{more}:2:", f"{more}:2:", f"{own}:3:"]
    assert f"subjects[1].id: is taken, see {own}:3" in told[0] + told[1]


def test_threshold_rules_are_read(tmp_path: Path) -> None:
    """A rule has its defaults, its window in ms, and the place where it stands."""
    text = """thresholds:
  - {id: r1, measure: negative, window: 5m, at_least: 20}
  - id: r2
    subject: "*"
    crisis_type: fees
    platform: weibo
    measure: negative_share
    window: 1h
    at_least: 0.5
    min_mentions: 40
"""
    file = str(tmp_path / "tingfeng.yaml")
    assert load(tmp_path, text).thresholds == (
        ThresholdRule("r1", "negative", 5 * MINUTE, 20, file=file, line=2),
        ThresholdRule("r2", "negative_share", HOUR, 0.5, "*", "fees", "weibo", 40, file, 3),
    )


def test_subjects_are_required_only_where_they_are_needed(tmp_path: Path) -> None:
    """A file without subjects loads; asking for them says what to do."""
    settings = load(tmp_path, "redis: {partitions: 2}")
    with pytest.raises(ConfigError, match=r"tingfeng\.yaml:1: subjects: no subject to monitor"):
        settings.require_subjects()
    load(tmp_path, "subjects: [{id: a, name: 星河银行, industry: banking}]").require_subjects()


def test_settings_cannot_be_changed() -> None:
    """Settings are frozen, sections included."""
    for field in ("redis", "subjects"):
        with pytest.raises(FrozenInstanceError):
            setattr(Settings(), field, None)
    for field in settable(RedisSettings):
        with pytest.raises(FrozenInstanceError):
            setattr(Settings().redis, field, None)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    """What is shown of settings, as in a traceback, holds no password."""
    text = "redis: {url: '${R}'}\nstore: {dsn: 'http://tf:${P}@ch:8123/db?token=${P}'}"
    settings = load(tmp_path, text, R="redis://:s3cret@h:6379/0", P="s3cret")
    assert "s3cret" in settings.redis.url
    assert "s3cret" in settings.store.dsn
    assert "s3cret" not in repr(settings)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are not UTF-8 are problems, not tracebacks."""
    with pytest.raises(ConfigError, match=r"none\.yaml:1: \(file\): cannot be read: No such file"):
        load_settings(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_settings(tmp_path)
    path = tmp_path / "gbk.yaml"
    path.write_bytes("var: x\nname: 星河".encode("gbk"))
    with pytest.raises(ConfigError, match=r"gbk\.yaml:2: \(file\): is not UTF-8"):
        load_settings(path)


@pytest.mark.parametrize("text", ["[" * 5000, "redis: &a [*a]", "redis: {url: !!int x}", "? [a]\n"])
def test_hostile_yaml_is_a_problem(tmp_path: Path, text: str) -> None:
    """Deep nesting, loops and strange tags and keys end in a problem."""
    assert "tingfeng.yaml:" in problems(tmp_path, text)


def test_retention_is_given_by_table(tmp_path: Path) -> None:
    """Any table that has a time can be given a retention; 0 stands for ever."""
    given = dict.fromkeys(TIME_COLUMN, 30) | {"signals": 0}
    settings = load(tmp_path, f"store: {{retention_days: {given}}}".replace("'", ""))
    assert settings.store.retention_days == given
