"""The guides are true: every path they name exists, and what they call missing is missing."""

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from operators.rules import INDUSTRIES
from playbooks.loader import load_packs

ROOT: Final = Path(__file__).parents[1]
GUIDES: Final = ("CONTRIBUTING.md", "CHANGELOG.md")
PATH: Final = re.compile(
    r"`((?:operators|flows|playbooks|sql|benchmarks|typings|tests|dashboards|api|deploy)/[^`\s]*"
    r"|[\w.-]+\.(?:md|toml|yml|yaml)|\.ci/run|Makefile|Dockerfile)`"
)
NOT_YET: Final = ("flows/channels/", "api/")
"""Folders the guides promise for later."""


def paths_in(guide: str) -> list[str]:
    """Return the paths a guide names, in backticks."""
    return PATH.findall((ROOT / guide).read_text())


def exists(path: str) -> bool:
    """Tell whether a path is there; a ``<name>`` in it stands for any, but one must be there."""
    return any(ROOT.glob(re.sub(r"<\w+>", "*", path.rstrip("/"))))


def has_files(folder: str) -> bool:
    """Tell whether there is anything in a folder."""
    return any(path.is_file() for path in (ROOT / folder).rglob("*.*"))


@pytest.mark.parametrize("guide", GUIDES)
def test_paths_exist(guide: str) -> None:
    """Every file and folder a guide sends somebody to is there."""
    named = [path for path in paths_in(guide) if path not in NOT_YET]
    assert named
    assert [path for path in named if not exists(path)] == []


@pytest.mark.parametrize("folder", NOT_YET)
def test_what_is_promised_is_not_there_yet(folder: str) -> None:
    """Once a promised folder has something in it, the guides have to say so."""
    promised = [guide for guide in GUIDES if folder in paths_in(guide)]
    assert not (promised and has_files(folder)), f"{promised} call {folder} missing"


def test_there_are_five_recipes_and_each_names_its_test() -> None:
    """Each recipe says what catches mistakes, or plainly that there is nothing to add to yet."""
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    recipes = guide.partition("## Five recipes")[2].partition("\n## ")[0].split("\n### ")[1:]
    titles = [recipe.splitlines()[0] for recipe in recipes]
    assert titles == ["A platform", "A detector", "A channel", "An industry pack", "A panel"]
    for recipe in recipes:
        assert "Caught by `tests/" in recipe or "**Not in this release.**" in recipe


def test_every_dependency_has_its_reason() -> None:
    """The changelog says of each dependency why it came in, and names none that is gone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=~!\[]", requirement)[0] for requirement in required}
    changelog = (ROOT / "CHANGELOG.md").read_text()
    table = changelog.partition("| library | why |\n|---|---|\n")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    assert {name.strip() for row in rows for name in row.split(",")} == names


def test_changelog_starts_with_this_version() -> None:
    """The newest section is the version in pyproject.toml, with its three kinds of change."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = (ROOT / "CHANGELOG.md").read_text().split("\n## ")[1]
    assert newest.splitlines()[0].split()[0] == version
    for kind in ("Code", "Playbooks", "Schema"):
        assert f"\n### {kind}\n" in newest


def test_industries_and_packs_agree() -> None:
    """Subjects can belong to exactly the industries there is a pack for, under the same name."""
    assert {pack.industry: pack.name for pack in load_packs()} == dict(INDUSTRIES)
