"""What became of incidents: half-lives, and how those with a statement compare."""

import pytest

from operators.model import MINUTE
from operators.outcomes import LEAST_N, Course, OutcomeBook, known_effects

START = 1_790_000_040_000


def course(
    incident: str,
    minute: int,
    negative: int,
    mentions: int = 100,
    *,
    statement: int = 0,
    ended: bool = False,
    state: str = "open",
    exercise: bool = False,
) -> Course:
    """Return how an incident stands ``minute`` minutes after detection."""
    return Course(
        exercise,
        "xinghe_bank",
        "banking",
        "system_outage",
        incident,
        "moderate",
        state,
        START + minute * MINUTE,
        START,
        START + statement * MINUTE if statement else 0,
        "",
        mentions,
        negative,
        START + minute * MINUTE if ended else 0,
    )


def test_half_life_counts_from_the_statement() -> None:
    """From 80 % at the statement to 40 % an hour later."""
    book = OutcomeBook()
    book.follow(course("a", 10, 70))
    stated = book.follow(course("a", 30, 80, statement=30))
    assert stated is not None
    assert stated.time_to_statement_ms == 30 * MINUTE
    assert stated.share_at == pytest.approx(0.8)
    assert book.follow(course("a", 60, 60, statement=30)) is None
    halved = book.follow(course("a", 90, 40, statement=30))
    assert halved is not None
    assert halved.half_life_ms == 60 * MINUTE
    assert halved.version == stated.version + 1


def test_without_a_statement_it_counts_from_the_busiest_hour() -> None:
    """A later, higher peak starts anew."""
    book = OutcomeBook()
    book.follow(course("a", 10, 50))
    book.follow(course("a", 20, 90))
    book.follow(course("a", 80, 30))
    ended = book.follow(course("a", 200, 1, ended=True))
    assert ended is not None
    assert (ended.half_life_ms, ended.time_to_statement_ms) == (60 * MINUTE, -1)


def test_silence_counts_as_over() -> None:
    """With fewer than five mentions in the hour a share means nothing."""
    book = OutcomeBook()
    book.follow(course("a", 10, 60))
    over = book.follow(course("a", 70, 4, 4))
    assert over is not None
    assert over.half_life_ms == 60 * MINUTE


def played(book: OutcomeBook, incident: str, half_after: int, *, statement: bool) -> None:
    """Play an incident that halves ``half_after`` minutes after its peak or statement."""
    at = 20 if statement else 0
    book.follow(course(incident, 20, 80, statement=at))
    book.used(course(incident, 20, 80), "banking.system_outage", "v1")
    book.follow(course(incident, 20 + half_after, 30, statement=at))
    book.follow(course(incident, 20 + half_after + 60, 0, 0, statement=at, ended=True))


def test_effect_compares_like_with_like() -> None:
    """All with a statement halved sooner than all without."""
    book = OutcomeBook()
    for n in range(LEAST_N):
        played(book, f"with{n}", 30, statement=True)
        played(book, f"without{n}", 120, statement=False)
    effect = book.effects()["v1"]
    assert effect == (LEAST_N, LEAST_N, 1.0)
    assert "v1" in known_effects(book.effects())


def test_few_incidents_say_nothing() -> None:
    """Below the least number nothing is used."""
    book = OutcomeBook()
    played(book, "with", 30, statement=True)
    played(book, "without", 120, statement=False)
    assert book.effects()["v1"].n == 1
    assert not known_effects(book.effects())


def test_false_alarms_and_drills_are_left_out() -> None:
    """They are not what the library is judged by."""
    book = OutcomeBook()
    for n in range(LEAST_N):
        played(book, f"with{n}", 30, statement=True)
        book.follow(course(f"drill{n}", 20, 80, exercise=True))
        book.follow(course(f"drill{n}", 60, 1, exercise=True, ended=True))
        book.follow(course(f"false{n}", 20, 80))
        book.follow(course(f"false{n}", 60, 1, ended=True, state="false_alarm"))
    assert book.effects()["v1"].n_without == 0
