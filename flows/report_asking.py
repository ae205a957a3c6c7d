"""Named questions for reports: asked of the store, answered with the statement that was asked."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from flows.store_reader import Reader
from operators.platforms import LABELS
from operators.report.answers import Answer
from operators.report.document import Source
from operators.report.names import Names
from sql.files import shipped
from sql.questions import Question, read_questions

ZONE: Final = timedelta(hours=8)


class Asker:
    """Asks the store by the name of a question."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        folder = shipped() / "queries"
        self._questions = {**read_questions(folder), **read_questions(folder / "reports")}

    def ask(self, names: Sequence[str], given: Mapping[str, str]) -> dict[str, Answer]:
        """Answer questions by name; each takes of ``given`` what it knows."""
        with self.asking(names, given) as answers:
            return answers()

    @contextmanager
    def asking(
        self, names: Sequence[str], given: Mapping[str, str]
    ) -> Iterator[Callable[[], dict[str, Answer]]]:
        """Have a second reader ask while the body does other things with the first one.

        What is yielded helps with the questions that are left and returns the answers.
        """
        left, found = deque(names), dict[str, Answer]()

        def ask_by(reader: Reader) -> None:
            while name := _next(left):
                found[name] = self._answer(self._questions[name], given, reader)

        def ask_beside() -> None:
            twin = self._reader.twin()
            if twin is not None:
                with twin:
                    ask_by(twin)

        def answers() -> dict[str, Answer]:
            ask_by(self._reader)
            beside.result()
            return {name: found[name] for name in names}

        with ThreadPoolExecutor(1) as pool:
            beside = pool.submit(ask_beside)
            try:
                yield answers
            finally:
                left.clear()

    def one(self, name: str, given: Mapping[str, str] | None = None) -> Answer:
        """Answer one question."""
        return self._answer(self._questions[name], given or {}, self._reader)

    def _answer(self, question: Question, given: Mapping[str, str], reader: Reader) -> Answer:
        known = {one.name for one in question.parameters}
        values = {name: value for name, value in given.items() if name in known}
        found = reader.query(question.sql, question.values(values))
        rows = tuple(
            {name: _plain(value) for name, value in zip(found.columns, row, strict=True)}
            for row in found.rows
        )
        return Answer(Source(question.name, question.title, question.filled(values)), rows)

    def names(self) -> Names:
        """Return what subjects, crisis types and platforms are called, as the flow knew them."""
        rows = self.one("names").rows
        subjects = [row for row in rows if row["what"] == "subject"]
        return Names(
            subject={row["id"]: row["name"] for row in subjects},
            industry={row["id"]: row["industry"] for row in subjects},
            crisis_type={
                (row["industry"], row["id"]): row["name"] for row in rows if row["what"] == "type"
            },
            platform=dict(LABELS),
            aliases={row["id"]: tuple(row["aliases"]) for row in subjects},
        )


def _next(left: deque[str]) -> str:
    """Take a name, which nobody else then gets; empty when none is left."""
    try:
        return left.popleft()
    except IndexError:
        return ""


def _plain(value: Any) -> Any:
    """Turn an instant into ms since epoch (0 when not known), a day into midnight in China."""
    if isinstance(value, datetime):
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() * 1000)
    if isinstance(value, date):
        midnight = datetime(value.year, value.month, value.day, tzinfo=UTC) - ZONE
        return int(midnight.timestamp() * 1000)
    return value
