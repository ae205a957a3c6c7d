"""Write the alerting files: ``python -m dashboards.alerting.generate``; ``--check`` compares."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from dashboards.alerting.model import FOLDER
from dashboards.alerting.routing import ORG, contact_points, mute_times, policies, templates
from dashboards.alerting.rules import RULES

HOME: Final = Path(__file__).parents[1] / "provisioning" / "alerting"
_HEAD: Final = "# Made by `make dashboards` from dashboards/alerting/; change it there.\n"
SUBJECT_POINTS: Final[dict[str, str]] = {}
"""Subject id -> one more contact point for its moderate and severe alerts."""


def files() -> dict[str, str]:
    """Return name -> text of every file that has to be in the folder."""
    rules = {
        "orgId": ORG,
        "name": "tingfeng",
        "folder": FOLDER,
        "interval": "1m",
        "rules": [rule.body() for rule in RULES],
    }
    return {
        "rules.yaml": _text({"groups": [rules]}),
        "contact-points.yaml": _text({"contactPoints": contact_points()}),
        "policies.yaml": _text({"policies": policies(SUBJECT_POINTS), "muteTimes": mute_times()}),
        "templates.yaml": _text({"templates": templates()}),
    }


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, so that SQL stays readable."""


def _written(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _written)


def _text(body: dict[str, Any]) -> str:
    return _HEAD + yaml.dump(
        {"apiVersion": 1, **body}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100
    )


def stale(folder: Path = HOME) -> list[str]:
    """Return names of files that differ from what the code makes, are missing or too many."""
    wanted = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}
    return sorted(
        name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name)
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.alerting.generate")
    parser.add_argument("--check", action="store_true", help="fail when a file is not up to date")
    arguments = parser.parse_args(argv)
    found = stale()
    if arguments.check:
        for name in found:
            print(f"{HOME / name}: differs from the code; run `make dashboards`", file=sys.stderr)
        return 1 if found else 0
    HOME.mkdir(parents=True, exist_ok=True)
    for name in found:
        text = files().get(name)
        if text is None:
            (HOME / name).unlink()
        else:
            (HOME / name).write_text(text, encoding="utf-8")
        print(
            f"dashboards/provisioning/alerting/{name}: {'removed' if text is None else 'written'}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
