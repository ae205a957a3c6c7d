"""The data dictionary: complete, in step with the schema, and strict about what is missing."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.store import open_store
from operators.errors import StoreError
from sql.dictionary import FILE, dictionary, unit_of
from sql.files import shipped
from sql.migrate import migrate

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Client]":
    """Give a store of the shipped schema."""
    path = tmp_path_factory.mktemp("dictionary") / "store"
    with closing(open_store(f"chdb://{path}", create=True)) as opened:
        migrate(opened, {})
        yield opened


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Give a copy of the shipped schema that a test may break."""
    for folder in ("migrations", "views"):
        shutil.copytree(str(shipped() / folder), tmp_path / folder)
    return tmp_path


def test_the_file_is_that_of_the_schema(client: "Client") -> None:
    """`make dictionary` was run after the last change."""
    kept = (shipped() / FILE).read_text(encoding="utf-8")
    assert kept == dictionary(client), "run: make dictionary"


def test_every_column_of_every_view_is_told(client: "Client") -> None:
    """Name, type and meaning of each; instants say their zone."""
    text = dictionary(client)
    views = client.query(
        "SELECT name FROM system.tables WHERE engine = 'View' AND database = currentDatabase()"
    ).result_rows
    assert len(views) > 20
    for (view,) in views:
        (part,) = re.findall(rf"^### {view}\n(.*?)(?=\n##|\Z)", text, re.DOTALL | re.MULTILINE)
        for name, kind, *_ in client.query(f"DESCRIBE TABLE {view}").result_rows:
            (row,) = re.findall(rf"^\| `{name}` \|.*$", part, re.MULTILINE)
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]
            assert len(cells[4]) > 3, f"{view}.{name}"
            if "DateTime" in kind:
                assert cells[3] == "时刻，UTC"


def test_a_column_nobody_told_of_is_refused(client: "Client", source: Path) -> None:
    """The message says which, and how to put it right."""
    view = source / "views" / "v_metrics.sql"
    text = view.read_text(encoding="utf-8")
    view.write_text(text.replace("-- :negative_share", "-- other"), encoding="utf-8")
    with pytest.raises(StoreError, match=r"v_metrics.negative_share: not documented \(try '-- :"):
        dictionary(client, source)


def test_a_number_without_a_unit_is_refused(client: "Client", source: Path) -> None:
    """A meaning that tells no unit is not enough for a number."""
    view = source / "views" / "v_pipeline_health.sql"
    lines = view.read_text(encoding="utf-8").splitlines()
    broken = ["-- :imbalance  bad" if ":imbalance" in line else line for line in lines]
    view.write_text("\n".join(broken), encoding="utf-8")
    with pytest.raises(StoreError, match=r"v_pipeline_health.imbalance: no unit"):
        dictionary(client, source)


def test_a_view_without_a_description_is_refused(client: "Client", source: Path) -> None:
    """Each view says what it is."""
    view = source / "views" / "v_tasks.sql"
    text = view.read_text(encoding="utf-8")
    view.write_text(text.partition("\n")[2], encoding="utf-8")
    with pytest.raises(StoreError, match="v_tasks: no description"):
        dictionary(client, source)


def test_units_follow_from_what_is_written() -> None:
    """Shares, seconds, flags and counts are told apart; words have no unit."""
    assert unit_of("p_negative", "Float32", "probability of negative, 0 to 1") == "比例 0–1"
    assert unit_of("exercise", "UInt8", "1 in a drill (演练)") == "0 或 1"
    assert unit_of("silent_s", "UInt32", "seconds without an arrival") == "秒"
    assert unit_of("mentions", "UInt64", "posts since onset") == "条"
    assert unit_of("owner", "String", "who it is assigned to") == ""
