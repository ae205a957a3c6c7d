"""Growth of a cascade: features look back only, medians are medians, intervals cover."""

import numpy as np
import pytest

from operators.forecast.cascade import Cascade, Clock, Reply, features, matrix
from operators.forecast.growth import Growth
from operators.forecast.regress import KernelMedian, LeastDeviations
from operators.model import HOUR, MINUTE

T0 = 1_356_969_600_000


def cascade(ages_min: list[int], text: str = "转发") -> Cascade:
    """Return a cascade with replies at these minutes, each under the one before."""
    replies = tuple(
        Reply(age * MINUTE, f"r{n}", f"r{n - 1}" if n else "root", f"a{n}", text)
        for n, age in enumerate(ages_min)
    )
    return Cascade("root", T0, 1000, False, replies)


def test_features_do_not_look_ahead() -> None:
    """What is said after the moment of the forecast changes nothing."""
    early = [1, 2, 3, 5, 8, 13, 20, 30, 40, 55]
    now, later = cascade(early), cascade([*early, 61, 62, 500], "更多")
    assert features(now, Clock(), HOUR) == features(cascade([*early, 61, 62]), Clock(), HOUR)
    assert list(matrix([now, later], Clock(), HOUR).shape) == [2, len(features(now, Clock(), HOUR))]


def test_features_tell_late_from_early() -> None:
    """Replies that come late show in the pace, a deep chain in the tree."""
    early, late = (
        features(cascade(ages), Clock(), HOUR) for ages in (list(range(1, 13)), list(range(48, 60)))
    )
    assert late["last_0.25"] > early["last_0.25"]
    assert late["mean"] > early["mean"]
    assert early["deepest"] == pytest.approx(np.log(12))


def test_the_clock_counts_busy_hours() -> None:
    """An hour with twice the posts counts about twice."""
    clock = Clock.of([T0 + n for n in range(50_000)] + [T0 + 5 * HOUR] * 25_000)
    assert clock.between(T0, T0 + HOUR) > 10 * clock.between(T0 + 10 * HOUR, T0 + 11 * HOUR)
    assert clock.between(T0, T0 + 24 * HOUR) == pytest.approx(24)


def test_a_median_ignores_runaways() -> None:
    """A tenth of absurd values does not move a linear median."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 2))
    y = 1 + 2 * x[:, 0]
    y[::10] += 1000
    model = LeastDeviations(ridge=0.0)
    model.fit(x, y)
    assert model.predict(np.array([[1.0, 0.0]]))[0] == pytest.approx(3.0, abs=0.05)


def test_the_kernel_bends() -> None:
    """It learns what no line can say."""
    x = np.linspace(-2, 2, 300)[:, None]
    model = KernelMedian(ridge=0.1, width=1.0)
    model.fit(x, np.abs(x[:, 0]))
    expected = model.predict(np.array([[-1.5], [0.0], [1.5]]))
    assert expected == pytest.approx([1.5, 0.0, 1.5], abs=0.25)


def test_growth_covers_what_it_has_not_seen() -> None:
    """Of fresh cascades of the same kind about 80 % end in their interval; none shrinks."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(900, 3))
    now = np.exp(rng.uniform(2, 5, 900))
    noise = rng.normal(size=900) * np.exp(0.4 * x[:, 1]) * 0.3
    later = now * np.exp(np.maximum(1.5 + 0.5 * x[:, 0] + noise, 0.0))
    growth = Growth()
    growth.fit(x[:450], now[:450], later[:450])
    expected = growth.expect(x[450:], now[450:])
    inside = (expected.low <= later[450:]) & (later[450:] <= expected.high)
    assert 0.74 < inside.mean() < 0.88
    assert (now[450:] <= expected.low).all()
    assert (expected.low <= expected.middle).all()
    assert (expected.middle <= expected.high).all()
