"""A skipped test is told with its reason, and fails the run under REQUIRE_ALL=1."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ONE_SKIP = """
import pytest

def test_passes():
    pass

def test_needs_a_browser():
    pytest.skip("chromium is not installed")

@pytest.mark.skip(reason="chromium is not installed")
def test_needs_it_too():
    pass
"""
WHOLE_MODULE = 'import pytest\npytest.skip("no redis-server 7", allow_module_level=True)\n'


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Path:
    """Return a folder with this project's plugin and nothing else."""
    shutil.copy(TESTS / "conftest.py", tmp_path)
    return tmp_path


def pytest_in(folder: Path, require_all: str) -> subprocess.CompletedProcess[str]:
    """Run pytest over the folder, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    environ = {**os.environ, "REQUIRE_ALL": require_all, "NO_COLOR": "1"}
    return subprocess.run(
        [*command, str(folder)], capture_output=True, text=True, check=False, env=environ
    )


def test_skips_are_counted_by_reason(run: Path) -> None:
    """Without REQUIRE_ALL the run passes and says how many were skipped for want of what."""
    (run / "test_some.py").write_text(ONE_SKIP)
    (run / "test_module.py").write_text(WHOLE_MODULE)
    done = pytest_in(run, "")
    assert done.returncode == 0
    assert "2 x chromium is not installed\n" in done.stdout
    assert "1 x no redis-server 7\n" in done.stdout
    assert "1 passed, 3 skipped" in done.stdout.splitlines()[-1]


def test_a_skip_fails_the_run_when_all_is_required(run: Path) -> None:
    """Under REQUIRE_ALL=1 the run fails and lists each test that was skipped."""
    (run / "test_some.py").write_text(ONE_SKIP)
    (run / "test_module.py").write_text(WHOLE_MODULE)
    done = pytest_in(run, "1")
    assert done.returncode == 1
    assert "the run fails" in done.stdout
    for name in ("test_some.py::test_needs_a_browser", "test_needs_it_too", "test_module.py"):
        assert name in done.stdout.partition("the run fails")[2]
    assert "1 passed, 3 skipped" in done.stdout.splitlines()[-1]


def test_only_skips_fail_the_run_too(run: Path) -> None:
    """A run in which nothing was left to run does not pass as an empty one."""
    (run / "test_module.py").write_text(WHOLE_MODULE)
    assert pytest_in(run, "1").returncode != 0


def test_nothing_skipped_passes_when_all_is_required(run: Path) -> None:
    """Under REQUIRE_ALL=1 a run without skips is a plain success."""
    (run / "test_some.py").write_text("def test_passes():\n    pass\n")
    done = pytest_in(run, "1")
    assert done.returncode == 0
    assert "the run fails" not in done.stdout
