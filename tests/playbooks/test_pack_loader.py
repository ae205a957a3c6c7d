"""Packs load, and whatever is wrong in them is reported at its line, all at once."""

import shutil
from pathlib import Path

import pytest

from operators.errors import PackError
from playbooks.loader import load_packs

FIXTURES = Path(__file__).parents[1] / "fixtures" / "packs"
EXPECT = "# expect: "
BAD = sorted((FIXTURES / "bad").glob("bad*.yaml"))


def lay_out(folder: Path, **files: Path) -> Path:
    """Copy files into a pack folder under the given names."""
    pack = folder / "demo"
    pack.mkdir(parents=True)
    for name, source in files.items():
        shutil.copy(source, pack / f"{name}.yaml")
    return pack


def problems_of(folder: Path) -> list[str]:
    """Return the problems of the packs in a folder, with file names instead of paths."""
    with pytest.raises(PackError) as caught:
        load_packs([folder])
    return [str(p).replace(f"{folder}/demo/", "") for p in caught.value.problems]


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.stem)
def test_bad_file_is_reported_as_it_expects(bad: Path, tmp_path: Path) -> None:
    """Every bad file yields exactly the problems its last lines announce."""
    good = FIXTURES / "good" / "demo"
    if bad.name.startswith("bad_pack"):
        lay_out(tmp_path, pack=bad, outage=good / "outage.yaml")
    else:
        lay_out(tmp_path, **{"pack": good / "pack.yaml", bad.stem: bad})
    lines = bad.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]
    assert expected
    assert problems_of(tmp_path) == expected


def test_good_pack_becomes_values() -> None:
    """Terms, defaults and playbook fields of a pack arrive typed."""
    (pack,) = load_packs([FIXTURES / "good"])
    outage, fees = pack.crisis_types
    assert (pack.industry, pack.name) == ("demo", "示例行业")
    assert outage.terms == (("崩了", 1.0), ("登不上", 0.8))
    assert (outage.threshold, outage.gravity, outage.exclude) == (1.0, 0.6, ("招聘",))
    assert (fees.industry, fees.gravity) == ("demo", 0.5)
    (playbook,) = pack.playbooks
    assert playbook.version == "1.0"
    assert playbook.match.levels == ("moderate",)
    assert playbook.actions[1].depends_on == ("fix",)
    assert playbook.valid_from == "2020-01-01"


def test_pack_folder_itself_may_be_given() -> None:
    """A pack folder and a folder of packs load the same."""
    assert load_packs([FIXTURES / "good" / "demo"]) == load_packs([FIXTURES / "good"])


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    """One run reports the problems of every file, ordered by file and line."""
    bad = FIXTURES / "bad"
    lay_out(
        tmp_path,
        pack=bad / "bad_pack.gravity.yaml",
        first=bad / "bad.unknown_level.yaml",
        second=bad / "bad.missing_key.yaml",
    )
    files = [problem.split(":")[0] for problem in problems_of(tmp_path)]
    assert files == ["first.yaml", "pack.yaml", "second.yaml", "second.yaml"]


def test_playbook_id_is_used_once(tmp_path: Path) -> None:
    """A second playbook with the same id is refused and the first is named."""
    good = FIXTURES / "good" / "demo"
    lay_out(tmp_path, pack=good / "pack.yaml", a=good / "outage.yaml", b=good / "outage.yaml")
    (problem,) = problems_of(tmp_path)
    assert problem.startswith("b.yaml:1: id: duplicate id (got demo.outage; try another, see ")
    assert problem.endswith("a.yaml:1)")


def test_industry_is_defined_once(tmp_path: Path) -> None:
    """Two packs for one industry are refused."""
    shutil.copytree(FIXTURES / "good" / "demo", tmp_path / "one")
    shutil.copytree(FIXTURES / "good" / "demo", tmp_path / "two")
    with pytest.raises(PackError, match=r"industry: is already defined \(got demo"):
        load_packs([tmp_path])


def test_pack_without_its_file_is_reported(tmp_path: Path) -> None:
    """A folder of playbooks without pack.yaml is a problem, not silently left out."""
    lay_out(tmp_path, outage=FIXTURES / "good" / "demo" / "outage.yaml")
    assert problems_of(tmp_path)[0].endswith("pack: missing file (try pack.yaml)")


def test_empty_library_is_an_error(tmp_path: Path) -> None:
    """Neither an empty folder nor a pack without playbooks is a library."""
    with pytest.raises(PackError, match="library: the library is empty"):
        load_packs([tmp_path])
    lay_out(tmp_path, pack=FIXTURES / "good" / "demo" / "pack.yaml")
    with pytest.raises(PackError, match="library: the library is empty"):
        load_packs([tmp_path])
    with pytest.raises(PackError, match="library: is not a folder"):
        load_packs([tmp_path / "nowhere"])


def test_text_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    """A file saved in GBK is named with the byte that is wrong."""
    pack = lay_out(tmp_path, pack=FIXTURES / "good" / "demo" / "pack.yaml")
    (pack / "gbk.yaml").write_bytes("title: 银行".encode("gbk"))
    assert problems_of(tmp_path) == ["gbk.yaml:1: file: is not UTF-8 (got byte 7)"]
