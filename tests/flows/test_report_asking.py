"""Questions of a report, asked by two readers at once: the same answers, no error lost."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from flows.report_asking import Asker
from flows.report_periods import BRIEF, REVIEW
from flows.store import open_store
from flows.store_reader import Reader, connect_reading
from operators.errors import StoreError
from sql.migrate import migrate
from tests.fixtures import report_day

GIVEN: Final = {"start": "2026-11-22 00:00:00", "end": "2026-11-23 00:00:00", "exercise": "0"}
NAMES: Final = tuple(dict.fromkeys((*BRIEF, *REVIEW)))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Give a reader of a filled store, which can open it once more."""
    folder = tmp_path_factory.mktemp("asking")
    dsn = f"chdb://{folder / 'store'}"
    with closing(open_store(dsn, create=True)) as client:
        migrate(client, {})
        report_day.fill(client)
    with connect_reading(dsn, folder, threads=1) as reader:
        yield reader


def test_two_readers_answer_as_one_does(store: Reader) -> None:
    """Every question once, in the order asked, with the same rows and statements."""
    alone = Asker(Reader(store.client)).ask(NAMES, GIVEN)
    together = Asker(store).ask(NAMES, GIVEN)
    assert list(together) == list(NAMES)
    assert together == alone
    assert together["period_hours"].rows


def test_the_first_reader_is_free_meanwhile(store: Reader) -> None:
    """Other questions are answered while the second reader asks."""
    asker = Asker(store)
    with asker.asking(BRIEF, GIVEN) as answers:
        span = asker.one("data_span", {"exercise": "0"})
        found = answers()
    assert span.first is not None
    assert set(found) == set(BRIEF)


def test_a_twin_only_reads_and_takes_its_share_of_threads(store: Reader) -> None:
    """It has what the first one has, and the first still asks when it is closed."""
    twin = store.twin()
    assert twin is not None
    with twin:
        assert twin.query("SELECT getSetting('max_threads')").rows == ((1,),)
        with pytest.raises(StoreError, match="readonly"):
            twin.query("INSERT INTO labels (id) VALUES ('x')")
    assert store.query("SELECT 1").rows == ((1,),)
    assert Reader(store.client).twin() is None


def test_an_error_of_either_reader_comes_out(store: Reader) -> None:
    """A question that cannot be answered is told, whoever asked it."""
    wrong = {**GIVEN, "end": "not a time"}
    for reader in (store, Reader(store.client)):
        with pytest.raises(StoreError):
            Asker(reader).ask(BRIEF, wrong)


def test_nothing_is_asked_any_more_once_the_body_has_failed(store: Reader) -> None:
    """An error of the caller ends the asking and is what comes out."""
    with pytest.raises(KeyError, match="mine"), Asker(store).asking(NAMES, GIVEN):
        _fail("mine")


def _fail(word: str) -> None:
    raise KeyError(word)


def test_a_missing_store_is_told(tmp_path: Path) -> None:
    """Opening beside the imports loses no error."""
    with pytest.raises(StoreError, match="no store there yet"):
        connect_reading(f"chdb://{tmp_path / 'none'}", tmp_path, threads=1)
