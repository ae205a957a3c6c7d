"""docker-compose.yml: valid, pinned, without secrets, in step with what it mounts and starts."""

import itertools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import yaml
from compose_spec import PyCompose

from flows.settings import load_settings

ROOT: Final = Path(__file__).parents[1]
TEXT: Final = (ROOT / "docker-compose.yml").read_text()
COMPOSE: Final[dict[str, Any]] = yaml.safe_load(TEXT)
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
VARIABLE: Final = re.compile(r"\$\{(\w+)[^}]*\}")
REQUIRED_SECRET: Final = re.compile(r"\$\{\w+:\?[^}]+\}")
PINNED: Final = re.compile(r"[a-z/-]+:\d+\.\d+\.\d+(\.\d+)?(-[a-z]+)*")


def values(node: object) -> Iterator[str]:
    """Yield every scalar of the file as text, comments left out."""
    if isinstance(node, dict):
        for value in node.values():
            yield from values(value)
    elif isinstance(node, list):
        for value in node:
            yield from values(value)
    else:
        yield str(node)


def env_example() -> dict[str, str]:
    """Return what .env.example sets."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def filled_in() -> str:
    """Return the file as Compose reads it, every variable replaced by a value."""
    given = env_example()
    return VARIABLE.sub(lambda match: given[match[1]] or "p@ss", TEXT)


def test_file_follows_the_compose_specification() -> None:
    """The Compose Specification's own parser takes it, and its references hold."""
    compose = PyCompose.from_yaml(filled_in())
    compose.validate()
    assert set(compose.service_names()) == {"redis", "clickhouse", "prepare", "pipeline"}


@pytest.mark.parametrize(
    ("before", "after"),
    [("healthcheck", "healtcheck"), ("unless-stopped", "sometimes"), ("service_healthy", "up")],
)
def test_a_slip_is_refused(before: str, after: str) -> None:
    """The check bites: a mistyped key or value does not pass."""
    with pytest.raises(ValueError, match=after):
        PyCompose.from_yaml(filled_in().replace(before, after))


def test_images_are_pinned() -> None:
    """Each image has a full version, and so has the one ours is built on."""
    stages = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    images = {service["image"] for service in SERVICES.values()} | set(stages)
    assert [image for image in images if not PINNED.fullmatch(image)] == []
    assert len(set(stages)) == 1


def test_our_image_has_the_version_of_the_project() -> None:
    """The image we build is named by the version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ours = {service["image"] for service in SERVICES.values() if "build" in service}
    assert ours == {f"tingfeng:{project['version']}"}


def test_every_variable_is_in_the_example() -> None:
    """.env.example names what the file asks for, no more and no less."""
    assert {name for text in values(COMPOSE) for name in VARIABLE.findall(text)} == set(
        env_example()
    )


def test_no_secret_is_written_down() -> None:
    """Passwords are required from the environment, without a default, and empty in the example."""
    found = 0
    for service in SERVICES.values():
        command = service.get("command", [])
        secrets = [
            value
            for name, value in service.get("environment", {}).items()
            if re.search("PASSWORD|AUTH|SECRET|TOKEN", name)
        ]
        secrets += [after for flag, after in itertools.pairwise(command) if flag == "--requirepass"]
        assert all(REQUIRED_SECRET.fullmatch(secret) for secret in secrets)
        found += len(secrets)
    assert found >= 7
    assert not re.search(
        r"://[^\s/@]*:[^\s$@/]+@", TEXT + (ROOT / "deploy/tingfeng.yaml").read_text()
    )
    assert all(not value for name, value in env_example().items() if "PASSWORD" in name)


def test_env_file_stays_out_of_version_control_and_image() -> None:
    """.env is ignored by git, and the image takes only what is named."""
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    assert (ROOT / ".dockerignore").read_text().splitlines()[0] == "*"


def test_mounts_exist() -> None:
    """What is mounted from the checkout is there and read-only; volumes are declared."""
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source, _, rest = mount.partition(":")
            if source.startswith("."):
                assert (ROOT / source).is_dir()
                assert rest.endswith(":ro")
            else:
                assert source in COMPOSE["volumes"]


def test_data_outlives_the_containers() -> None:
    """Redis, ClickHouse and the snapshots are on volumes; Redis writes a log of what it holds."""
    assert "redis-data:/data" in SERVICES["redis"]["volumes"]
    assert "clickhouse-data:/var/lib/clickhouse" in SERVICES["clickhouse"]["volumes"]
    var = load_deployed().var
    assert f"pipeline-data:{var}" in SERVICES["pipeline"]["volumes"]
    command = SERVICES["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_pipeline_waits_for_healthy_servers() -> None:
    """Who is waited for to be healthy has a health check; the pipeline comes back by itself."""
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[name]
    assert set(SERVICES["pipeline"]["depends_on"]) >= {"redis", "clickhouse"}
    assert SERVICES["pipeline"]["restart"] == "unless-stopped"


def test_ports_are_open_to_this_host_only() -> None:
    """Nothing listens to the network unless somebody changes the file."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def load_deployed() -> Any:
    """Load deploy/tingfeng.yaml with what the pipeline's environment gives it."""
    environ = dict.fromkeys(SERVICES["pipeline"]["environment"], "p@ss")
    return load_settings(ROOT / "deploy/tingfeng.yaml", environ)


def test_deployed_settings_fit_the_services() -> None:
    """The mounted settings load and point at the services, user and database of the file."""
    settings = load_deployed()
    settings.require_subjects()
    redis, store = urlsplit(settings.redis.url), urlsplit(settings.store.dsn)
    assert (redis.hostname, redis.port) == ("redis", 6379)
    assert (store.hostname, store.port) == ("clickhouse", 8123)
    environment = SERVICES["clickhouse"]["environment"]
    assert store.username == environment["CLICKHOUSE_USER"]
    assert store.path == f"/{environment['CLICKHOUSE_DB']}"
    assert settings.store.flush_ms == 1000
    for name in ("pipeline", "prepare"):
        assert "./deploy:/etc/tingfeng:ro" in SERVICES[name]["volumes"]
        assert "/etc/tingfeng/tingfeng.yaml" in " ".join(SERVICES[name]["command"])


@pytest.mark.parametrize("name", ["prepare", "pipeline"])
def test_commands_are_ones_we_have(name: str) -> None:
    """Each command in the file exists and takes the settings file the way it is given."""
    words = " ".join(SERVICES[name]["command"])
    commands = re.findall(r"tingfeng ((?:[a-z]+ )+)--config /etc/tingfeng/tingfeng\.yaml", words)
    assert len(commands) == words.count("--config") > 0
    for command in commands:
        start = [sys.executable, "-c", "from flows.cli import main; main()"]
        done = subprocess.run(
            [*start, *command.split(), "--help"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "--config" in done.stdout


def test_image_holds_every_package_and_runs_as_nobody_special() -> None:
    """The Dockerfile copies what pyproject.toml packs, and its last user is not root."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = packed["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert set(packages) <= set(sources)
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in allowed
    assert re.findall(r"^USER (\w+)", dockerfile, re.MULTILINE) == ["tingfeng"]
