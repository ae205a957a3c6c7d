"""Draw every dashboard from a store: ``python -m dashboards.preview --config FILE``."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dashboards.ask import WIDTH, Store, answer_of, choices, start_of
from dashboards.boards import ALL
from dashboards.fragments import WALL
from dashboards.macros import Scope
from dashboards.preview.page import draw
from flows.settings import load_settings
from flows.store_reader import connect_reading


def last_minute(store: Store) -> int:
    """Return the end (ms) of the last minute in which posts were counted."""
    sql = "SELECT toInt64(toUnixTimestamp(max(window_start))) * 1000 + 60000 FROM v_metrics"
    return int(str(answer_of(store, sql).rows[0][0]))


def draw_all(store: Store, end_ms: int, out: Path) -> list[tuple[Path, int]]:
    """Write a page for each dashboard as it is when its range ends at ``end_ms``."""
    out.mkdir(parents=True, exist_ok=True)
    written: list[tuple[Path, int]] = []
    for board in ALL:
        scope = choices(store, board, Scope(start_of(board, end_ms), end_ms))
        drawn = draw(store, board, scope, wall=board.uid == WALL)
        path = out / f"{board.uid}.html"
        path.write_text(drawn.html, encoding="utf-8")
        written.append((path, drawn.height))
    return written


def screenshot(chromium: str, page: Path, height: int) -> Path:
    """Take a picture of a page with a headless chromium, beside it."""
    picture = page.with_suffix(".png")
    with tempfile.TemporaryDirectory() as profile:
        flags = (
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "--force-device-scale-factor=1",
            f"--user-data-dir={profile}", f"--window-size={WIDTH},{height}",
            f"--screenshot={picture}",
        )  # fmt: skip
        subprocess.run([chromium, *flags, page.as_uri()], check=True, capture_output=True)
    return picture


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.preview", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="settings of the store")
    parser.add_argument("--out", type=Path, default=Path("var/dashboards"), help="folder to write")
    parser.add_argument("--end", help="end of the range, such as 2026-11-21T18:00:00+08:00")
    arguments = parser.parse_args(argv)
    settings = load_settings(arguments.config)
    with connect_reading(settings.store.dsn, settings.var) as reader:
        if arguments.end:
            end_ms = int(datetime.fromisoformat(arguments.end).timestamp() * 1000)
        else:
            end_ms = last_minute(reader)
        pages = draw_all(reader, end_ms, arguments.out.resolve())
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    for page, height in pages:
        print(screenshot(chromium, page, height) if chromium else page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
