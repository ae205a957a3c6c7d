"""A document to a file: HTML, Markdown, or PDF printed by a headless chromium."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from operators.errors import StoreError, TingfengError
from operators.report import to_html, to_markdown
from operators.report.document import Document

FORMATS: Final = ("html", "md", "pdf")
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_S: Final = 60


def format_of(out: Path | None, given: str | None) -> str:
    """Choose the format: the one given, else by the file's ending, else HTML."""
    if given is not None:
        return given
    ending = out.suffix.removeprefix(".").lower() if out else ""
    return {"html": "html", "htm": "html", "md": "md", "markdown": "md", "pdf": "pdf"}.get(
        ending, "html"
    )


def write_document(document: Document, out: Path, fmt: str) -> None:
    """Write a document whole or not at all; folders are made when missing.

    Raises TingfengError when it cannot be written, or PDF is wanted and there is no chromium.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".report-") as folder:
            draft = Path(folder) / "report.html"
            words = (to_markdown if fmt == "md" else to_html).render(document)
            draft.write_text(words, encoding="utf-8")
            if fmt == "pdf":
                draft = _printed(draft, Path(folder))
            draft.replace(out)
    except OSError as error:
        msg = f"{out}: cannot be written: {error.strerror}"
        raise StoreError(msg) from error


def _printed(page: Path, folder: Path) -> Path:
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        msg = f"PDF needs {' or '.join(_BROWSERS)} on the PATH (try --format html and print it)"
        raise TingfengError(msg)
    pdf = folder / "report.pdf"
    flags = [
        "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-quic",
        "--no-pdf-header-footer", f"--user-data-dir={folder / 'profile'}",
        f"--print-to-pdf={pdf}",
    ]  # fmt: skip
    if os.geteuid() == 0:
        # Chromium's own sandbox cannot be set up by root; the page has no script and no network.
        flags.append("--no-sandbox")
    done = subprocess.run(
        [browser, *flags, page.absolute().as_uri()],
        capture_output=True,
        check=False,
        timeout=_PATIENCE_S,
    )
    if done.returncode or not pdf.exists():
        told = done.stderr.decode(errors="replace").strip()[-500:]
        msg = f"{browser} could not print the report: {told}"
        raise TingfengError(msg)
    return pdf
