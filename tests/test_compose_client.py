"""docker-compose.yml as Docker Compose itself reads it: `config`, which needs no engine."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
FILE: Final = ROOT / "docker-compose.yml"
OLDEST: Final = (2, 20)
"""The first that knows `required: false`, a service waited for only where its profile is on."""

ALWAYS: Final = {"redis", "clickhouse", "prepare", "pipeline", "grafana"}


def find_client() -> str | None:
    """Return a client new enough: of .venv (see .ci/compose-client), else of the machine."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("docker-compose", path=path)
    if found is None:
        return None
    done = subprocess.run(
        [found, "version", "--short"], capture_output=True, text=True, check=False
    )
    told = re.match(r"v?(\d+)\.(\d+)", done.stdout)
    return found if told and (int(told[1]), int(told[2])) >= OLDEST else None


@pytest.fixture(scope="module", name="client")
def _client() -> str:
    found = find_client()
    if found is None:
        pytest.skip("needs Docker Compose 2.20 or newer (.ci/compose-client installs it)")
    return found


@pytest.fixture(scope="module", name="filled")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill in the passwords of .env.example, as its reader does."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("compose") / ".env"
    path.write_text(re.sub(r"(?m)^(\w*PASSWORD)=$", r"\1=p@ss:w/rd", example), encoding="utf-8")
    return path


def config(
    client: str, env_file: Path, *more: str, file: Path = FILE
) -> "subprocess.CompletedProcess[str]":
    """Run `config` with nothing from our own environment but where programs are."""
    command = [client, "--project-directory", str(ROOT), "--file", str(file)]
    return subprocess.run(
        [*command, "--env-file", str(env_file), *more, "config", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(env_file.parent)},
    )


@pytest.mark.parametrize(
    ("profiles", "more"),
    [
        ((), set()),
        (("wall",), {"grafana-wall"}),
        (("demo",), {"demo-feed"}),
        (("wall", "demo"), {"grafana-wall", "demo-feed"}),
    ],
)
def test_it_is_taken_with_every_profile(
    client: str, filled: Path, profiles: tuple[str, ...], more: set[str]
) -> None:
    """Each profile adds its own service and nothing else; no warning is given."""
    done = config(client, filled, *(f"--profile={profile}" for profile in profiles))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert set(json.loads(done.stdout)["services"]) == ALWAYS | more


def test_what_it_makes_of_it_is_what_is_meant(client: str, filled: Path) -> None:
    """Mounts exist, ports are this host's, passwords have arrived whole, limits are read."""
    done = config(client, filled, "--profile=*")
    services: dict[str, dict[str, Any]] = json.loads(done.stdout)["services"]
    for name, service in services.items():
        for mount in service.get("volumes", []):
            if mount["type"] == "bind":
                assert Path(mount["source"]).exists(), mount
                assert mount["read_only"], mount
        assert all(port["host_ip"] == "127.0.0.1" for port in service.get("ports", []))
        assert int(service["deploy"]["resources"]["limits"]["memory"]) >= 2**30, name
    assert services["redis"]["command"].count(">p@ss:w/rd") == 3
    assert services["pipeline"]["environment"]["REDIS_PASSWORD"] == "p@ss:w/rd"
    waits = services["prepare"]["depends_on"]
    assert waits["demo-feed"]["required"] is False
    assert waits["redis"]["required"] is True
    assert services["pipeline"]["command"][3] == "/etc/tingfeng/tingfeng.yaml"


def test_passwords_not_filled_in_are_asked_for(client: str) -> None:
    """With the example as it is, nothing starts, and the first thing missing is named."""
    done = config(client, ROOT / ".env.example")
    assert done.returncode != 0
    assert re.search(r"\w+_PASSWORD is missing a value: set it in \.env", done.stderr)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("required: false", "required: maybe", "required"),
        ("healthcheck:", "healtcheck:", "healtcheck"),
        ("condition: service_healthy", "condition: service_well", "service_well|condition"),
        ("redis-data:/data", "redis-dota:/data", "redis-dota"),
        ("      redis:\n        condition", "      radis:\n        condition", "radis"),
    ],
)
def test_a_slip_is_refused(
    client: str, filled: Path, tmp_path: Path, before: str, after: str, told: str
) -> None:
    """The check bites: what the client would not take does not pass."""
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(text.replace(before, after, 1), encoding="utf-8")
    done = config(client, filled, file=broken)
    assert done.returncode != 0
    assert re.search(told, done.stderr)
