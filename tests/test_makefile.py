"""The Makefile: one way in for every target, a clear word when something is missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = ("demo", "test", "lint", "bench")
SYSTEM_TOOLS = ("sh", "id", "touch", "rm", "find")


@pytest.fixture(name="checkout")
def _checkout(tmp_path: Path) -> Path:
    """Return a folder, with a space in its name, that holds the Makefile and pyproject.toml."""
    folder = tmp_path / "a checkout 听风"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(name="tools")
def _tools(tmp_path: Path) -> Path:
    """Return a folder of programs to stand for PATH, without any Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in SYSTEM_TOOLS:
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def make(
    checkout: Path, arguments: Sequence[str], path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run make in the checkout, with ``path`` as the only folder programs are found in."""
    program = shutil.which("make")
    assert program, "make is not installed"
    environ = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    environ |= {"PATH": str(path)} if path else {}
    return subprocess.run(
        [program, *arguments],
        cwd=checkout,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def python_stub(tools: Path, name: str, script: str) -> None:
    """Put a program that stands for Python into the folder."""
    stub = tools / name
    stub.write_text(f"#!/bin/sh\n{script}\n")
    stub.chmod(0o755)


def test_without_python_setup_says_what_to_install(checkout: Path, tools: Path) -> None:
    """No Python of the right version: told before anything is built."""
    python_stub(tools, "python3", "exit 1")
    done = make(checkout, ["setup"], tools)
    assert done.returncode != 0
    assert "Python 3.11 or 3.12 is needed and none was found" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_python_without_venv_is_told_apart(checkout: Path, tools: Path) -> None:
    """Debian's Python comes without venv: the message names the package."""
    python_stub(tools, "python3.11", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = make(checkout, ["setup"], tools)
    assert done.returncode != 0
    assert "python3.11 has no venv module" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_named_python_comes_first(checkout: Path, tools: Path) -> None:
    """PYTHON=… is taken before any other, and named when it will not do."""
    python_stub(tools, "python3", "exit 1")
    done = make(checkout, ["setup", "PYTHON=/no/such/python"], tools)
    assert "PYTHON=/no/such/python is none" in done.stderr


def test_setup_runs_once_and_again_when_dependencies_change(checkout: Path, tools: Path) -> None:
    """The stamp stands for a set-up environment until pyproject.toml is newer."""
    log = checkout / "log"
    python_stub(
        tools,
        "python3.11",
        f'echo "$*" >> "{log}"\n'
        'if [ "$1 $2" = "-m venv" ]; then mkdir -p .venv/bin; cp "$0" .venv/bin/python; fi',
    )
    for name in ("mkdir", "cp"):
        (tools / name).symlink_to(shutil.which(name) or name)
    assert make(checkout, ["setup"], tools).returncode == 0
    first = log.read_text()
    assert "-m venv --clear .venv" in first
    assert "--editable .[dev]" in first
    assert make(checkout, ["setup"], tools).returncode == 0
    assert log.read_text() == first
    later = (checkout / ".venv/.set-up").stat().st_mtime + 10
    os.utime(checkout / "pyproject.toml", (later, later))
    assert make(checkout, ["setup"], tools).returncode == 0
    again = log.read_text().removeprefix(first)
    assert "--editable .[dev]" in again
    assert "-m venv" not in again


def test_failed_setup_is_tried_again(checkout: Path, tools: Path) -> None:
    """When the installation breaks off, nothing says that it is done."""
    python_stub(tools, "python3.11", 'case "$*" in *pip*install*|*venv*.venv) exit 1;; esac')
    assert make(checkout, ["setup"], tools).returncode != 0
    assert not (checkout / ".venv/.set-up").exists()


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_sets_up_first(checkout: Path, target: str) -> None:
    """From a fresh clone each target builds the environment before it does anything."""
    commands = make(checkout, ["--dry-run", target]).stdout.splitlines()
    assert "$SETUP" in commands[0]
    assert any(line.startswith(".venv/bin/") for line in commands)


def test_tests_end_with_pytest(checkout: Path) -> None:
    """`make test` checks style and types, then runs pytest, whose summary comes last."""
    commands = make(checkout, ["--dry-run", "test"]).stdout.splitlines()
    programs = [line.split()[0] for line in commands if line.startswith(".venv/bin/")]
    assert [Path(program).name for program in programs] == ["ruff", "ruff", "mypy", "pytest"]


def test_clean_keeps_the_data(checkout: Path) -> None:
    """What a desk has collected under var/ is not a build product."""
    for name in ("var/chdb/data", "var/demo/report.html", ".venv/x", "flows/__pycache__/x"):
        (checkout / name).parent.mkdir(parents=True)
        (checkout / name).touch()
    assert make(checkout, ["clean"]).returncode == 0
    left = {str(path.relative_to(checkout)) for path in checkout.rglob("*") if path.is_file()}
    assert left == {"Makefile", "pyproject.toml", "var/chdb/data"}


def test_help_names_every_target(checkout: Path) -> None:
    """Plain `make` says what there is."""
    told = make(checkout, []).stdout
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    for target in set(phony[1].split()) - {"help"}:
        assert f"make {target} " in told


def test_ci_requires_all_and_ends_with_the_tests() -> None:
    """`.ci/run` is a program that turns skips into failures and closes with `make test`."""
    script = ROOT / ".ci/run"
    text = script.read_text()
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text
    assert "export REQUIRE_ALL=1" in text
    assert text.splitlines()[-1] == "exec make test"
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
