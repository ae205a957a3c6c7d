"""docker-compose.yml: valid, pinned, without secrets, in step with what it mounts and starts."""

import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from compose_spec import PyCompose
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from dashboards.model import PLUGIN, PLUGIN_VERSION
from flows.settings import load_settings
from flows.stream_writer import StreamWriter
from flows.streams import require_meta, write_meta
from playbooks.drills.loader import load_scenario

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
    assert set(compose.service_names()) == {
        "redis",
        "clickhouse",
        "prepare",
        "pipeline",
        "demo-feed",
        "grafana",
        "grafana-wall",
    }


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
        secrets = [
            value
            for name, value in service.get("environment", {}).items()
            if re.search("PASSWORD|AUTH$|SECRET", name)
        ]
        command = service.get("command", [])
        secrets += [word.removeprefix(">") for word in command if str(word).startswith(">")]
        assert all(REQUIRED_SECRET.fullmatch(secret) for secret in secrets)
        found += len(secrets)
    assert found >= 12
    deployed = "".join(path.read_text() for path in (ROOT / "deploy").rglob("*.*ml"))
    assert not re.search(r"://[^\s/@]*:[^\s$@/]+@", TEXT + deployed)
    assert "<password>" not in deployed
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
                assert (ROOT / source).exists(), source
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
    assert len(ports) == len(set(ports)) == 4
    assert all(port.startswith("127.0.0.1:") for port in ports)


def load_deployed(file: str = "tingfeng.yaml") -> Any:
    """Load a settings file of deploy/ with what the pipeline's environment gives it."""
    environ = dict.fromkeys(SERVICES["pipeline"]["environment"], "p@ss")
    return load_settings(ROOT / "deploy" / file, environ)


@pytest.mark.parametrize("file", ["tingfeng.yaml", "demo.yaml"])
def test_deployed_settings_fit_the_services(file: str) -> None:
    """The mounted settings load and point at the services, users and database of the file."""
    settings = load_deployed(file)
    settings.require_subjects()
    redis, store = urlsplit(settings.redis.url), urlsplit(settings.store.dsn)
    assert (redis.hostname, redis.port, redis.username) == ("redis", 6379, "tingfeng")
    assert (store.hostname, store.port) == ("clickhouse", 8123)
    environment = SERVICES["clickhouse"]["environment"]
    assert store.username == environment["CLICKHOUSE_USER"]
    assert store.path == f"/{environment['CLICKHOUSE_DB']}"
    assert settings.store.flush_ms == 1000
    assert settings.team is not None
    for name in ("pipeline", "prepare", "demo-feed"):
        assert "./deploy:/etc/tingfeng:ro" in SERVICES[name]["volumes"]


def test_demo_profile_listens_for_the_companies_of_the_demo() -> None:
    """deploy/demo.yaml has them as the scenario has them."""
    assert load_deployed("demo.yaml").subjects == load_scenario("demo").script.subjects


@pytest.mark.parametrize("name", ["prepare", "pipeline", "demo-feed"])
def test_commands_are_ones_we_have(name: str) -> None:
    """Each command in the file exists and takes its options the way they are given."""
    service = SERVICES[name]
    words = (
        " ".join(service["command"])
        + " "
        + " ".join(service.get("healthcheck", {}).get("test", []))
    )
    commands = re.findall(r"tingfeng ((?:[a-z]+ )+)((?:--[a-z]+ \S+ ?|--feed )+)", words)
    assert len(commands) == words.count("--config") > 0
    for command, options in commands:
        start = [sys.executable, "-c", "from flows.cli import main; main()"]
        done = subprocess.run(
            [*start, *command.split(), "--help"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert {word for word in options.split() if word.startswith("--")} <= set(
            re.findall(r"--[a-z]+", done.stdout)
        )


def test_users_of_redis_may_do_what_they_need_and_no_more(tmp_path: Path) -> None:
    """A real server with these users: crawlers add, the desk acts, nobody is anonymous."""
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server 7")
    words = [
        VARIABLE.sub(lambda match: match[1].lower(), str(word))
        for word in SERVICES["redis"]["command"]
    ]
    socket = tmp_path / "s"
    process = subprocess.Popen(
        [*words, "--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )

    def user(name: str, password: str) -> "Redis":
        return Redis(unix_socket_path=str(socket), username=name, password=password)

    try:
        wait_for(socket)
        pipeline = user("tingfeng", "redis_password")
        meta = write_meta(pipeline, 2, "live")
        collector = user("collector", "redis_collector_password")
        writer = StreamWriter(collector, require_meta(collector))
        writer.add(0, None, b"{}")
        writer.flush()
        assert pipeline.xlen("mentions:0") == 1
        assert meta.partitions == 2
        user("desk", "redis_desk_password").xadd("actions", {"action": b"{}"})
        for refused in (
            lambda: collector.delete("mentions:0"),
            lambda: collector.xadd("actions", {"action": b"{}"}),
            lambda: user("desk", "redis_desk_password").xrange("mentions:0"),
            lambda: pipeline.flushall(),
        ):
            with pytest.raises(NoPermissionError):
                refused()
        with pytest.raises(AuthenticationError):
            Redis(unix_socket_path=str(socket)).ping()
    finally:
        process.kill()
        process.wait()


def wait_for(socket: Path) -> None:
    """Wait until a server listens."""
    until = time.monotonic() + 20.0
    while not socket.exists():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_users_of_clickhouse_get_their_passwords_from_the_environment() -> None:
    """Every from_env of the mounted files is in the service's environment; readers have limits."""
    environment = SERVICES["clickhouse"]["environment"]
    users = ElementTree.parse(ROOT / "deploy/clickhouse/users.d/readers.xml").getroot()
    ElementTree.parse(ROOT / "deploy/clickhouse/config.d/access.xml")
    named = {node.get("from_env") for node in users.iter() if node.get("from_env")}
    assert named == {"CLICKHOUSE_GRAFANA_PASSWORD", "CLICKHOUSE_ANALYST_PASSWORD"}
    assert named <= set(environment)
    for name in ("grafana", "analyst"):
        profile = users.findtext(f"users/{name}/profile")
        limits = users.find(f"profiles/{profile}")
        assert limits is not None
        assert limits.findtext("readonly") == "1"
        assert all(limits.findtext(one) for one in ("max_execution_time", "max_memory_usage"))
        grants = [node.text or "" for node in users.iterfind(f"users/{name}/grants/query")]
        assert grants
        assert all(grant.startswith("GRANT SELECT ON ") for grant in grants)


def test_grafana_gets_what_its_files_ask_for() -> None:
    """Every variable of the provisioning files is in Grafana's environment; anonymous is off."""
    asked = {
        name
        for path in (ROOT / "dashboards/provisioning").rglob("*.yaml")
        for name in re.findall(r"\$\{([A-Z_]+)\}", path.read_text())
    }
    grafana, wall = SERVICES["grafana"], SERVICES["grafana-wall"]
    assert asked <= set(grafana["environment"])
    assert grafana["environment"]["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert wall["environment"]["GF_AUTH_ANONYMOUS_ENABLED"] == "true"
    assert wall["environment"]["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert wall["profiles"] == ["wall"]
    assert not any("alerting" in mount for mount in wall["volumes"])
    plugin = grafana["environment"]["GF_PLUGINS_PREINSTALL_SYNC"]
    assert plugin == f"{PLUGIN}@{PLUGIN_VERSION}"


def test_every_service_has_limits_and_comes_back() -> None:
    """Memory and processors are bounded; what ends by itself is not restarted for ever."""
    for name, service in SERVICES.items():
        assert service["deploy"]["resources"]["limits"]["memory"], name
        wanted = {"prepare": "on-failure", "demo-feed": "no"}.get(name, "unless-stopped")
        assert service["restart"] == wanted
        assert "healthcheck" in service or name in ("prepare", "demo-feed")


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
