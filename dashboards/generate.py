"""Write the dashboards' JSON: ``python -m dashboards.generate``; with ``--check`` only compare."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dashboards.boards import ALL
from dashboards.model import Dashboard

FOLDER: Final = Path(__file__).with_name("json")


def text_of(board: Dashboard) -> str:
    """Return the file of a dashboard."""
    return json.dumps(board.json(), ensure_ascii=False, indent=2) + "\n"


def files() -> dict[str, str]:
    """Return name -> text of every file that has to be in the folder."""
    return {f"{board.uid}.json": text_of(board) for board in ALL}


def stale(folder: Path) -> list[str]:
    """Return names of files that differ from what the code makes, are missing or too many."""
    wanted = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(
        name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name)
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a file is not up to date")
    arguments = parser.parse_args(argv)
    found = stale(FOLDER)
    if arguments.check:
        for name in found:
            print(
                f"dashboards/json/{name}: differs from the code; run `make dashboards`",
                file=sys.stderr,
            )
        return 1 if found else 0
    FOLDER.mkdir(exist_ok=True)
    for name in found:
        path = FOLDER / name
        text = files().get(name)
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8")
        print(f"dashboards/json/{name}: {'removed' if text is None else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
