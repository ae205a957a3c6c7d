"""What the corpus itself tells, without the program: originals, their reposts, arrival times."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from operators.errors import InputError
from operators.instants import SHANGHAI, instant_ms
from operators.match import Matcher
from operators.model import Subject


class _Record(msgspec.Struct, gc=False):
    id: str
    published_at: str
    text: str = ""
    root_id: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """A post that starts a thread; ``subjects`` are those its text names."""

    id: str
    published_ms: int
    text: str
    reposts: int
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The originals, and when each record was published (ms, in file order)."""

    originals: tuple[Original, ...]
    published_ms: tuple[int, ...]

    def big(self, reposts: int) -> tuple[Original, ...]:
        """Return the originals with more reposts than that which name a subject."""
        return tuple(one for one in self.originals if one.reposts > reposts and one.subjects)


def read_corpus(path: Path, subjects: Sequence[Subject]) -> Corpus:
    """Read JSON Lines, plain or gzip, in order of time; raises `InputError`."""
    if not path.is_file():
        msg = f"{path}: no such file (try posts.jsonl.gz of the corpus)"
        raise InputError(msg)
    decode = msgspec.json.Decoder(_Record).decode
    originals: list[tuple[_Record, int]] = []
    reposts: dict[str, int] = {}
    published: list[int] = []
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = decode(line)
            except msgspec.DecodeError as error:
                msg = f"{path}:{number}: is no record of the corpus: {error}"
                raise InputError(msg) from error
            at = instant_ms(record.published_at, SHANGHAI) or 0
            published.append(at)
            if record.root_id:
                reposts[record.root_id] = reposts.get(record.root_id, 0) + 1
            else:
                originals.append((record, at))
    if not published:
        msg = f"{path}: holds no records"
        raise InputError(msg)
    named = Matcher(subjects, ()).match([record.text for record, _at in originals])
    return Corpus(
        tuple(
            Original(
                record.id,
                at,
                record.text,
                reposts.get(record.id, 0),
                tuple(each.subject for each in named.get(number, ())),
            )
            for number, (record, at) in enumerate(originals)
        ),
        tuple(published),
    )
