"""Frozen parts of a state are written once, found again, and removed when nobody names them."""

import os
import pickle
from pathlib import Path

import pytest

from flows.shelf import KEPT_SNAPSHOTS, LEAST, MissingPartError, Shelf, SnapshotError
from operators.frozen import Frozen


def part(number: int) -> Frozen:
    """Return a part large enough for a file."""
    return Frozen(number.to_bytes(2, "big") * LEAST)


def data(state: list[Frozen]) -> list[bytes]:
    """Return what the parts hold."""
    return [one.data for one in state]


def test_large_parts_are_named_and_small_ones_are_not(tmp_path: Path) -> None:
    """A snapshot holds small parts itself and the names of large ones, and reads back equal."""
    state = [part(1), Frozen(b"few"), part(2)]
    snapshot = Shelf(tmp_path / "frozen").dump(state)
    assert len(snapshot) < LEAST
    assert len(list((tmp_path / "frozen").glob("*.part"))) == 2
    assert data(Shelf(tmp_path / "frozen").load(snapshot)) == data(state)


def test_a_part_is_written_once(tmp_path: Path) -> None:
    """A part that the snapshot before named is not written again."""
    shelf = Shelf(tmp_path)
    shelf.dump([part(1)])
    [file] = tmp_path.iterdir()
    os.utime(file, (1, 1))
    shelf.dump([part(1), part(2)])
    assert file.stat().st_mtime == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_what_nobody_names_goes_after_some_snapshots(tmp_path: Path) -> None:
    """Snapshots the engine may go back to keep their parts, also over a resume; older ones not."""
    shelf = Shelf(tmp_path)
    first = shelf.dump([part(0)])
    resumed = Shelf(tmp_path)
    resumed.load(first)
    for number in range(1, KEPT_SNAPSHOTS):
        resumed.dump([part(number)])
        assert data(Shelf(tmp_path).load(first)) == data([part(0)])
    resumed.dump([part(99)])
    assert part(0).name not in {path.stem for path in tmp_path.iterdir()}
    with pytest.raises(MissingPartError, match=r"part of the last snapshot is not there.*try: "):
        Shelf(tmp_path).load(first)


def test_what_a_crash_left_behind_is_swept_up(tmp_path: Path) -> None:
    """Old files that no state named since the start go; those that were read stay."""
    before = Shelf(tmp_path).dump([part(1)])
    stray = tmp_path / f"{'0' * 32}.part"
    stray.write_bytes(b"left behind")
    for path in tmp_path.iterdir():
        os.utime(path, (1, 1))
    shelf = Shelf(tmp_path)
    state = shelf.load(before)
    for _ in range(30):
        shelf.dump(state)
    assert [path.stem for path in tmp_path.iterdir()] == [part(1).name]


def test_without_a_folder_all_is_in_the_snapshot() -> None:
    """Where nothing is kept beside it, a snapshot is a pickle like any other."""
    snapshot = Shelf(None).dump([part(1)])
    assert data(Shelf(None).load(snapshot)) == data(pickle.loads(snapshot)) == data([part(1)])


@pytest.mark.parametrize(
    "snapshot",
    [
        pytest.param(b"coperators.track\nGone\n.", id="a class that is no more"),
        pytest.param(b"coperators.gone\nThing\n.", id="a module that is no more"),
        pytest.param(pickle.dumps([1, 2, 3])[:-4], id="cut off"),
        pytest.param(b"\xff not a pickle", id="something else"),
    ],
)
def test_a_snapshot_of_another_release_is_named_as_such(tmp_path: Path, snapshot: bytes) -> None:
    """What cannot be read says where it lies and what to do; with and without a folder."""
    with pytest.raises(SnapshotError, match=r"recovery: .*another release wrote it.*try: "):
        Shelf(tmp_path / "recovery" / "frozen").load(snapshot)
    with pytest.raises(SnapshotError, match=r"^a snapshot cannot be read"):
        Shelf(None).load(snapshot)
