"""Reading of tables and lines before anything is sent."""

import io
import json
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from flows.input_lines import open_input
from flows.progress import Shown, progress_on
from flows.records import Adapt, Payload, format_of, payloads
from operators.decode import DecodeRules, decode
from operators.errors import InputError
from operators.model import Mention
from operators.platforms import PLATFORMS
from operators.wire import MAX_BYTES

HEADER = "id,platform,text,published_at,author.name,counts.likes\n"
ROW = '1,weibo,"星河银行,又崩了",2026-11-21 20:15:03,小王,1.2万\n'
ARRIVED_MS = 1_795_267_000_000


def read(path: Path, adapt: Adapt | None = None) -> list[Payload]:
    """Read a file as `collect` does."""
    with open_input(path, lambda: None) as source:
        return list(payloads(source, format_of(source), adapt))


def table(tmp_path: Path, text: str | bytes, name: str = "in.csv") -> Path:
    """Write a table."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def ids(found: list[Payload]) -> list[str]:
    """Return the ids of the records that are JSON, and the text of the others."""
    return [
        json.loads(one.data)["id"] if one.data.startswith(b"{") else one.data.decode()
        for one in found
    ]


def test_a_table_becomes_mentions(tmp_path: Path) -> None:
    """Columns named author.name and counts.likes lie within author and counts."""
    (payload,) = read(table(tmp_path, HEADER + ROW))
    mention = decode(payload.data, ARRIVED_MS, DecodeRules())
    assert isinstance(mention, Mention)
    assert mention.text == "星河银行,又崩了"
    assert (mention.author_name, mention.likes) == ("小王", 12_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_spreadsheets_of_all_kinds(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """Encoding and delimiter of the usual spreadsheet programs are found out."""
    row = delimiter.join(["1", "weibo", "海川证券卡了", "2026-11-21 20:15:03", "小王", "3"])
    text = HEADER.replace(",", delimiter) + row + "\r\n"
    (payload,) = read(table(tmp_path, text.encode(encoding)))
    assert json.loads(payload.data)["text"] == "海川证券卡了"


def test_text_may_run_over_lines(tmp_path: Path) -> None:
    """A quoted cell keeps its line ends and doubled quotes."""
    rows = 'a,weibo,"第一行\n第二""行""",2026-11-21,,\nb,weibo,x,2026-11-21,,\n'
    found = read(table(tmp_path, HEADER + rows))
    assert json.loads(found[0].data)["text"] == '第一行\n第二"行"'
    assert ids(found) == ["a", "b"]


def test_an_open_quote_costs_one_line(tmp_path: Path) -> None:
    """A quote that is never closed must not swallow the rows behind it."""
    broken = '2,weibo,"open,2026-11-21,,'
    rest = "".join(f"{n},weibo,x,2026-11-21,,\n" for n in range(3, 20))
    found = read(table(tmp_path, HEADER + ROW + broken + "\n" + rest))
    assert ids(found) == ["1", broken, *map(str, range(3, 20))]


def test_rows_of_the_wrong_width(tmp_path: Path) -> None:
    """Too many cells make a row unreadable, too few leave fields out, blank rows are nothing."""
    rows = "1,weibo,x,2026-11-21,a,2,3\n2,weibo,x,2026-11-21\n\n,,,,,\n"
    found = read(table(tmp_path, HEADER + rows))
    assert ids(found) == ["1,weibo,x,2026-11-21,a,2,3", "2"]
    assert json.loads(found[1].data) == {
        "id": "2",
        "platform": "weibo",
        "text": "x",
        "published_at": "2026-11-21",
    }


def test_a_cell_above_the_limit(tmp_path: Path) -> None:
    """A line above the limit is passed on as its beginning, and the table goes on."""
    rows = f"1,weibo,{'x' * MAX_BYTES},2026-11-21,,\n2,weibo,x,2026-11-21,,\n"
    found = read(table(tmp_path, HEADER + rows))
    sizes = {one.size for one in found if not one.whole}
    assert len(found) == 2
    assert sizes == {MAX_BYTES + len("1,weibo,,2026-11-21,,")}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no header"),
        ("a,b\n1,2\n", "no column gives platform or published_at .got a, b"),
        ("id,text,text\n", "named twice: text"),
        ('"a\n', "the header is not CSV"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path: Path, text: str, problem: str) -> None:
    """A table without usable columns is an error at once, with its name."""
    with pytest.raises(InputError, match=rf"in\.csv:1: .*{problem}"):
        read(table(tmp_path, text))


def test_a_table_of_raw_records(tmp_path: Path) -> None:
    """Exports of crawlers as a table go through the adapter too."""
    text = "note_id,desc,time,liked_count\nn1,等了40分钟,1795263303000,1.2万\n"
    (payload,) = read(table(tmp_path, text), PLATFORMS["xiaohongshu"].adapt)
    mention = decode(payload.data, ARRIVED_MS, DecodeRules())
    assert isinstance(mention, Mention)
    assert (mention.platform, mention.id, mention.likes) == ("xiaohongshu", "n1", 12_000)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("in.csv", HEADER, "csv"),
        ("in.tsv.gz", HEADER, "csv"),
        ("in.ndjson", "x", "jsonl"),
        ("in", '{"id": 1}', "jsonl"),
        ("in", HEADER, "csv"),
        ("in", "", "jsonl"),
        ("in.txt", "\ufeff  {", "jsonl"),
    ],
)
def test_format_is_told_by_name_or_content(
    tmp_path: Path, name: str, text: str, expected: str
) -> None:
    """The suffix decides, else the first characters."""
    with open_input(table(tmp_path, text, name), lambda: None) as source:
        assert format_of(source) == expected


def test_utf_16_is_named(tmp_path: Path) -> None:
    """What is not read is said, with the way out."""
    with pytest.raises(InputError, match=r"is UTF-16 \(try saving it as UTF-8\)"):
        read(table(tmp_path, HEADER.encode("utf-16")))


def test_json_lines_in_gb18030_are_converted(tmp_path: Path) -> None:
    """A line in the encoding of old Chinese systems keeps its words."""
    line = json.dumps({"id": "1", "text": "星河银行"}, ensure_ascii=False).encode("gb18030")
    (payload,) = read(table(tmp_path, line, "in.jsonl"))
    assert json.loads(payload.data)["text"] == "星河银行"


def test_odd_values_survive_an_adapter(tmp_path: Path) -> None:
    """What one JSON library reads and another refuses to write is passed on all the same."""
    line = b'{"id": 123456789012345678901234567890, "text": "x"}'
    (payload,) = read(table(tmp_path, line, "in.jsonl"), dict)
    assert json.loads(payload.data)["id"] == 123456789012345678901234567890


def test_standard_input_is_a_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A dash reads standard input."""
    with table(tmp_path, '{"id": "1"}\n', "any").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        with open_input("-", lambda: None) as source:
            assert ids(list(payloads(source, format_of(source), None))) == ["1"]


def test_a_bomb_is_unpacked_in_pieces(tmp_path: Path) -> None:
    """Gigabytes of one letter in a small file never are in memory at once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b"x" * 1_000_000) for _ in range(30)) + packer.flush()
    (payload,) = read(table(tmp_path, packed, "in.jsonl.gz"))
    assert payload.size == 30_000_000
    assert len(payload.data) == 2048


@pytest.mark.parametrize("damage", [slice(0, -30), slice(0, 60)])
def test_damaged_gzip_is_an_error(tmp_path: Path, damage: slice) -> None:
    """A download that broke off is not taken for the whole."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    lines = b"".join(b'{"id": "%d"}\n' % number for number in range(3_000))
    packed = packer.compress(lines) + packer.flush()
    with pytest.raises(InputError, match="gzip data"):
        read(table(tmp_path, packed[damage], "in.jsonl.gz"))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_progress_is_a_bar_on_a_terminal() -> None:
    """A terminal gets a bar that writes over itself and is left at its end."""
    terminal = Terminal()
    bar = progress_on(terminal)
    bar.update(50, 100, "5 records")
    bar.update(100, 100, "10 records")
    bar.close()
    shown = terminal.getvalue()
    assert "50%  5 records" in shown
    assert "100%  10 records" in shown
    assert shown.endswith("\n")
    assert shown.count("\n") == 1


def test_progress_is_quiet_in_a_log() -> None:
    """Elsewhere there are plain lines now and then, none for short work."""
    log = io.StringIO()
    lines = Shown(log, bar=False)
    lines.update(1, None, "1 records")
    lines.close()
    assert log.getvalue() == ""


def records_of(found: list[Payload]) -> list[dict[str, Any]]:
    """Parse all payloads."""
    return [json.loads(one.data) for one in found]


def test_chunks_do_not_show(tmp_path: Path) -> None:
    """Lines longer than what is read at once come out whole, in order."""
    lines = [{"id": str(number), "text": "字" * (number * 997 % 60_000)} for number in range(40)]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    assert records_of(read(table(tmp_path, text, "in.jsonl"))) == lines
