"""The banks: they agree with their scalar references, key by key, however bins are left out."""

import pickle

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from operators.bank import Bank, Floats
from operators.detectors.acceleration import AccelerationBank
from operators.detectors.negative_share import NegativeShareBank, ShareParameters
from operators.detectors.volume_surge import Seen, VolumeSurgeBank
from tests.support.scalar_detectors import ScalarRamp, ScalarShare, ScalarSurge

KEYS = 7
BANKS: tuple[type[Bank], ...] = (VolumeSurgeBank, NegativeShareBank, AccelerationBank)


def streams(seed: int, bins: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return random counts, bins x keys, with rates from rare to busy and bursts in them."""
    rng = np.random.default_rng(seed)
    rates = rng.choice([0.01, 0.3, 3.0, 40.0], KEYS) * np.ones((bins, 1))
    burst = rng.random((bins, KEYS)) < 0.01
    counts = rng.poisson(rates * np.where(burst, 30, 1))
    return counts.astype(np.float64)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_surge_bank_agrees_with_the_scalar(seed: int) -> None:
    """Scores of many keys at once are those of each key by itself, through a snapshot."""
    bank = VolumeSurgeBank()
    bank.start(KEYS, 0)
    scalars = [ScalarSurge() for _ in range(KEYS)]
    for t, counts in enumerate(streams(seed, 700)):
        if t == 350:
            bank = pickle.loads(pickle.dumps(bank))
        expected = [one.update(count) for one, count in zip(scalars, counts, strict=True)]
        assert bank.update(t, counts) == pytest.approx(expected, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_share_bank_agrees_with_the_scalar(seed: int) -> None:
    """The sequential test decides alike for many keys and for one."""
    bank = NegativeShareBank(ShareParameters(30, 10, 0.25))
    bank.start(KEYS, 0)
    scalars = [ScalarShare(30, 10, 0.25) for _ in range(KEYS)]
    rng = np.random.default_rng(seed)
    for t, mentions in enumerate(streams(seed, 400)):
        share = 0.8 if t % 200 > 150 else 0.15
        negative = rng.binomial(mentions.astype(int), share).astype(np.float64)
        learn = np.array(rng.random(KEYS) < 0.8, np.intp)
        expected = [
            one.update(int(bad), int(count), learn=bool(taken))
            for one, bad, count, taken in zip(scalars, negative, mentions, learn, strict=True)
        ]
        assert bank.update(t, negative, mentions, learn) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_ramp_bank_agrees_with_the_scalar_whatever_rests(seed: int) -> None:
    """Keys that are told of only when something was said are judged like those told of always."""
    bank = AccelerationBank()
    bank.start(KEYS, 0)
    scalars = [ScalarRamp() for _ in range(KEYS)]
    usual = np.full(KEYS, 0.2)
    for t, counts in enumerate(streams(seed, 300)):
        expected = [one.update(count, 0.2) for one, count in zip(scalars, counts, strict=True)]
        rows = np.flatnonzero(counts)
        if t % 12 == 11:
            rows = np.arange(KEYS)
        scores = bank.update(t, counts[rows], usual[rows], rows)
        assert scores == pytest.approx([expected[row] for row in rows])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
@example(seed=292)
def test_resting_rows_catch_up(seed: int) -> None:
    """A row left out of silences fires when one that is told of every empty bin does.

    A silence in closed form is an approximation: what is within 2 % of the bar may differ. A row
    that was decided otherwise has another past from there on and is not compared any more.
    """
    counts = streams(seed, 500)
    counts[:, 0] = np.where(np.arange(500) % 40 < 6, counts[:, 0] + 1, 0)
    one, other = VolumeSurgeBank(), VolumeSurgeBank()
    one.start(KEYS, 0)
    other.start(KEYS, 0)
    alike = np.ones(KEYS, np.bool_)
    for t, row in enumerate(counts):
        dense = one.update(t, row)
        rows = np.flatnonzero(row)
        sparse = other.update(t, row[rows], rows)
        differ = ((sparse >= 1) != (dense[rows] >= 1)) & alike[rows]
        assert dense[rows[differ]] == pytest.approx(1, abs=0.02)
        alike[rows[differ]] = False
    assert alike.sum() >= KEYS - 1


@pytest.mark.parametrize("bins", [1, 12, 13, 200, 600, 4000, 100_000])
def test_long_silence_in_closed_form(bins: int) -> None:
    """Many empty bins at once leave a row where taking them one by one does."""
    one, other = VolumeSurgeBank(), VolumeSurgeBank()
    row = np.zeros(1, np.intp)
    for bank in (one, other):
        bank.start(1, 0)
        for t, count in enumerate((0, 3, 40, 2)):
            bank.update(t, np.array([float(count)]))
    one.rest_until(4 + bins, row)
    for t in range(4, 4 + min(bins, 20_000)):
        other.update(t, np.zeros(1))
    assert one.column("bins")[0] == 4 + bins
    assert one.levels()[0] == pytest.approx(other.levels()[0], rel=0.02, abs=1e-3)
    assert one.column("slow")[0] == pytest.approx(other.column("slow")[0], rel=0.05, abs=0.01)
    assert one.column("bar")[0] == pytest.approx(other.column("bar")[0], abs=0.02)


@pytest.mark.parametrize("bank", BANKS)
def test_a_row_is_small(bank: type[Bank]) -> None:
    """No detector keeps more than 64 bytes a key."""
    assert bank.bytes_per_key() <= 64


def test_first_bin_is_the_first_level_but_silence_is_zero() -> None:
    """A stream that begins busy is no surge; a key that begins to be spoken of later is one."""
    bank = VolumeSurgeBank()
    bank.start(2, 0)
    assert bank.update(0, np.array([100.0, 0.0])).max() < 1
    scores = np.zeros(2)
    for t in range(1, 40):
        scores = np.maximum(scores, bank.update(t, np.array([100.0, 0.0 if t < 30 else 50.0])))
    assert scores[0] < 1 < scores[1]


def test_surge_is_not_learned() -> None:
    """While the key is surprised the level stays; a week later it is what it was before."""
    bank = VolumeSurgeBank()
    bank.start(1, 0)
    for t in range(2000):
        bank.update(t, np.array([2.0]))
    before = bank.levels()[0]
    for t in range(2000, 2012):
        bank.update(t, np.array([300.0]))
    assert bank.levels()[0] < 1.2 * before


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_surge_bank_is_taught_like_the_scalar(seed: int) -> None:
    """Bins made ordinary after the fact change level, bar and scores as for one key by itself."""
    rng = np.random.default_rng(seed)
    counts = streams(seed, 3500)
    scalars = [ScalarSurge() for _ in range(KEYS)]
    bank = VolumeSurgeBank()
    bank.start(KEYS, 0)
    met: list[tuple[Floats, Floats, Floats]] = []
    words = {int(t): int(row) for t, row in zip(rng.integers(20, 3500, 6), range(6), strict=True)}
    for t, some in enumerate(counts):
        if t in words:
            row, scalar = words[t], scalars[words[t]]
            taught = sorted({*rng.integers(max(0, t - 300), t, 40).tolist()})
            usual, scores, bars = (
                np.array([met[n][side][row] for n in taught]) for side in range(3)
            )
            ones = np.ones(len(taught))
            seen = Seen(
                np.array(taught, np.float64), counts[taught, row], usual, scores, ones, bars
            )
            bank.teach(t, row, seen, 1.5)
            scalar.teach(taught, 1.5)
            bank = pickle.loads(pickle.dumps(bank))
        before, bars = bank.levels(), bank.bars(np.arange(KEYS))
        expected = [one.update(count) for one, count in zip(scalars, some, strict=True)]
        found = bank.update(t, some)
        met.append((before, found, bars))
        assert found == pytest.approx(expected, rel=1e-6)
        assert (before >= 0).all()


def test_what_was_taught_is_kept_through_a_silence() -> None:
    """Many empty bins at once leave a taught bar where taking them one by one does."""
    row = np.zeros(1, np.intp)
    for bins in (100, 1900, 2100, 4000):
        one, other = VolumeSurgeBank(), VolumeSurgeBank()
        for bank in (one, other):
            bank.start(1, 0)
            for t in range(1200):
                bank.update(t, np.array([60.0 if 1000 <= t < 1012 else t % 2]))
            surge = np.arange(1000.0, 1012)
            counts, usual, scores = np.full(12, 60.0), np.full(12, 0.5), np.full(12, 2.0)
            seen = Seen(surge, counts, usual, scores, np.ones(12), np.ones(12))
            bank.teach(1200, 0, seen, 1.5)
        one.rest_until(1200 + bins, row)
        for t in range(1200, 1200 + bins):
            other.update(t, np.zeros(1))
        assert one.column("bar")[0] == pytest.approx(other.column("bar")[0], abs=0.01)
        assert one.levels()[0] == pytest.approx(other.levels()[0], rel=0.02)


def test_share_bank_is_taught_what_it_kept_out() -> None:
    """The usual share is what it would be had the bins been learned when they came."""
    one, other = (NegativeShareBank(ShareParameters()) for _ in range(2))
    one.start(1, 0)
    other.start(1, 0)
    for t in range(300):
        negative, mentions = np.array([t % 3 == 0 and 1.0]), np.array([2.0])
        learned = np.array([not 100 <= t < 120], np.intp)
        one.update(t, negative, mentions, learned)
        other.update(t, negative, mentions, np.ones(1, np.intp))
    kept_out = np.arange(100.0, 120)
    one.teach(0, kept_out, (kept_out % 3 == 0).astype(np.float64), np.full(20, 2.0))
    assert one.usual()[0] == pytest.approx(other.usual()[0])


def test_season_explains_a_busy_hour() -> None:
    """What is usual at this time of the week scores less than it would without the season."""
    plain, seasonal = VolumeSurgeBank(), VolumeSurgeBank()
    for bank in (plain, seasonal):
        bank.start(1, 0)
        for t in range(600):
            bank.update(t, np.array([4.0]))
    busy = np.array([12.0])
    assert seasonal.update(600, busy, season=3.0)[0] < plain.update(600, busy)[0]
