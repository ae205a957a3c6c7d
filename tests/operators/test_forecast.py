"""What an incident still brings, where it stands and how bad it is, in numbers."""

import pytest

from operators.forecast.course import Course, busy_between
from operators.forecast.outlook import Experience, Span, ahead, expect, outlook, peak_ms
from operators.model import DAY, HOUR
from operators.severity import MOST, Facts, factors
from operators.stage import stage_of

NOON = 1_760_000_000_000 // DAY * DAY + 4 * HOUR


def course(earlier: int, later: int, peak: int = 0, usual: float = 1.0, age: int = 2) -> Course:
    """Return a course at noon in China, so many hours old."""
    hour = earlier + later
    return Course(NOON, NOON - age * HOUR, earlier, later, max(peak, hour), 3 * hour, usual)


def test_growing_expects_more_than_fading() -> None:
    """From the same hour, one that grew expects more than one that shrank, at every horizon."""
    growing, fading = (ahead(course(*halves), Experience()) for halves in ((20, 80), (80, 20)))
    assert all(more.expected > less.expected for more, less in zip(growing, fading, strict=True))


def test_calm_expects_the_usual() -> None:
    """Without a post above the usual, about the usual is expected."""
    spans = ahead(course(15, 15, peak=500, usual=30.0, age=12), Experience())
    for hours, span in zip((1, 6, 24), spans, strict=True):
        assert span.expected == pytest.approx(30 * hours, rel=0.5)


def test_intervals_hold_the_middle() -> None:
    """An interval lies around what is expected and is never negative."""
    for halves in ((0, 0), (0, 40), (40, 0), (4000, 5000)):
        for span in ahead(course(*halves), Experience()):
            assert 0 <= span.low <= span.expected <= span.high


def test_intervals_are_whole_posts_and_wide_where_there_are_few() -> None:
    """Ends are whole; the next hour of a few posts is less sure for its size than of many."""
    few, many = (ahead(course(*halves), Experience()) for halves in ((2, 3), (200, 300)))
    assert all(end == int(end) for span in (*few, *many) for end in span[1:])
    (_, low, high), (_, least, most) = few[0], many[0]
    assert (high + 1) / (low + 1) > 1.2 * (most + 1) / (least + 1)


def test_what_has_ended_may_bring_nothing() -> None:
    """Hours after the last post of a key without a usual level, no post at all is within."""
    ended = Course(NOON, NOON - 10 * HOUR, 0, 0, 400, 1000, 0.0)
    for span in ahead(ended, Experience()):
        assert span.low == 0
        assert span.high <= 10


def test_past_misses_widen_what_follows() -> None:
    """Forecasts that were ten times too high or too low make the interval wider on both sides."""
    experience = Experience()
    plain, expected, scale = expect(course(50, 50), 24, experience)
    for _ in range(100):
        for times in (0.1, 1.0, 10.0):
            experience.learn(24, expected, scale, times * expected)
    wide = expect(course(50, 50), 24, experience)[0]
    assert wide.low < plain.low
    assert wide.high > plain.high


def test_peak_is_ahead_only_while_it_grows_near_its_peak() -> None:
    """A shrinking or long fallen incident has its peak behind it."""
    assert peak_ms(course(20, 80)) > NOON
    assert peak_ms(course(80, 20)) == 0
    assert peak_ms(course(20, 80, peak=1000)) == 0


def test_a_night_brings_less_than_a_morning() -> None:
    """Hours count by how busy they are."""
    midnight = NOON + 12 * HOUR
    assert busy_between(midnight, midnight + 6 * HOUR) < busy_between(NOON, NOON + 6 * HOUR) / 2
    assert busy_between(NOON, NOON + 7 * DAY) == pytest.approx(7 * 24, rel=0.05)


def test_experience_shifts_and_is_trusted_slowly() -> None:
    """One forecast that was too low moves the next a little, a hundred move it much."""
    experience = Experience()
    plain, expected, scale = expect(course(50, 50), 6, experience)
    shifted = []
    for _ in range(100):
        experience.learn(6, expected, scale, 3 * expected)
        shifted.append(expect(course(50, 50), 6, experience)[0].expected)
    assert plain.expected < shifted[0] < 1.1 * plain.expected
    assert shifted[-1] > 1.25 * plain.expected
    assert expect(course(50, 50), 1, experience)[0] == expect(course(50, 50), 1, Experience())[0]


def test_never_fewer_posts_than_negative_ones() -> None:
    """The forecast of all posts holds that of the negative ones."""
    both = outlook(course(1, 1), course(50, 80), Experience())
    assert both.mentions == both.negative
    assert all(isinstance(span, Span) for span in both.mentions)


@pytest.mark.parametrize(
    ("current", "hour", "before", "peak", "age", "after"),
    [
        ("emerging", 100, 10, 100, HOUR, "spreading"),
        ("emerging", 100, 10, 100, 0, "emerging"),
        ("spreading", 100, 98, 100, HOUR, "peak"),
        ("peak", 40, 90, 100, 2 * HOUR, "fading"),
        ("fading", 95, 50, 100, 5 * HOUR, "spreading"),
        ("fading", 60, 50, 100, 5 * HOUR, "fading"),
        ("peak", 100, 50, 100, 2 * HOUR, "peak"),
    ],
)
def test_stage(current: str, hour: int, before: int, peak: int, age: int, after: str) -> None:
    """A stage follows growth and the incident's own peak, and goes back only from fading."""
    assert stage_of(current, hour, before, peak, age) == after


def test_each_factor_adds_to_severity() -> None:
    """More of any one quantity never makes an incident less severe; all of it makes 100."""
    calm = Facts(10, 10, 10.0, 10, 20, 1_000, 1, 0.2, 0.5)
    loud = Facts(2000, 100, 10.0, 4000, 4000, 10**9, 6, 1.0, 12, "regulator", 3)
    quiet, grave = factors(calm), factors(loud)
    assert all(grave[name] > quiet[name] for name in quiet)
    assert sum(MOST.values()) == 100
    assert sum(grave.values()) > 98


def test_the_subjects_own_account_adds_nothing() -> None:
    """The tier factor follows the source: a regulator more than media, the official account not."""
    points = [
        factors(Facts(10, 10, 10.0, 10, 20, 1_000, 1, 0.2, 0.5, tier))["tier"]
        for tier in ("regulator", "media", "verified", "official", "")
    ]
    assert points == sorted(points, reverse=True)
    assert points[-2:] == [0.0, 0.0]
