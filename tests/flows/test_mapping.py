"""Field mappings: what they do to records, and what is said about wrong ones."""

import copy
from pathlib import Path
from typing import Any

import pytest

from flows.mapping import Mapping, load_mapping
from operators.errors import ConfigError
from operators.model import HOUR


def load(tmp_path: Path, text: str) -> Mapping:
    """Load a mapping from its text."""
    path = tmp_path / "fields.yaml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    """Return the problems of a mapping without the folder it lies in."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


WRITTEN_MS = 1_795_320_903_000  # 2026-11-22T04:15:03Z

MAPPING = """\
platform: {const: weibo}
text: content
author.followers: user.fans_num
title: [headline, subject]
published_at: {from: create_time, shift_hours: -8}
kind: {from: type, const: post}
exercise: {const: true}
"""


def test_fields_are_renamed_filled_and_shifted(tmp_path: Path) -> None:
    """Every kind of rule does what the module says."""
    record = {
        "id": 1,
        "platform": "twitter",
        "content": "海川证券又卡了",
        "user": {"fans_num": "1.2万"},
        "subject": "标题",
        "headline": "",
        "create_time": "2026-11-22T04:15:03Z",
        "author": {"name": "小王"},
        "unknown": 1,
    }
    before = copy.deepcopy(record)
    assert load(tmp_path, MAPPING).apply(record) == {
        "id": 1,
        "platform": "weibo",
        "text": "海川证券又卡了",
        "author": {"name": "小王", "followers": "1.2万"},
        "title": "标题",
        "published_at": WRITTEN_MS - 8 * HOUR,
        "kind": "post",
        "exercise": True,
    }
    assert record == before


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"text": "a", "content": ""}, {}),  # text is said to be content, and that is empty
        ({"content": "b"}, {"text": "b"}),
        ({"author": "小王"}, {"author": "小王"}),
        ({"author": "小王", "user": {"fans_num": 3}}, {"author": {"followers": 3}}),
        ({"user": "no object"}, {}),
        ({"user.fans_num": 4}, {"author": {"followers": 4}}),
        ({"counts": {"likes": 1}, "counts.views": 2}, {"counts": {"likes": 1, "views": 2}}),
        ({"create_time": "nonsense"}, {"published_at": "nonsense"}),
        ({"type": "repost"}, {"kind": "repost"}),
    ],
)
def test_odd_records(tmp_path: Path, record: dict[str, Any], expected: dict[str, Any]) -> None:
    """Missing, empty and oddly typed fields leave the others alone."""
    constant = {"platform": "weibo", "kind": "post", "exercise": True}
    assert load(tmp_path, MAPPING).apply(record) == constant | expected


def test_an_empty_mapping_keeps_our_fields(tmp_path: Path) -> None:
    """Records in the mention format pass through."""
    record = {"id": "1", "text": "x", "counts": {"likes": 1}, "lang": None, "more": 2}
    expected = {"id": "1", "text": "x", "counts": {"likes": 1}}
    assert load(tmp_path, "# nothing\n").apply(record) == Mapping().apply(record) == expected


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """Each problem names file, line and path, and what to try."""
    text = (
        "platfrom: {const: weibo}\n"
        "text: [ ]\n"
        "title: {shift_hours: 1, from: t}\n"
        "published_at: {from: t, shift_hours: acht}\n"
        "collected_at: {from: t, shift_hours: 100}\n"
        "author: name\n"
        "author.id: uid\n"
        "url: {konst: x}\n"
        "location: {}\n"
        "lang:\n"
    )
    found = problems(tmp_path, text)
    assert [problem.split(": ")[0] + " " + problem.split(": ")[1] for problem in found] == [
        "fields.yaml:1 platfrom",
        "fields.yaml:2 text",
        "fields.yaml:3 title.shift_hours",
        "fields.yaml:4 published_at.shift_hours",
        "fields.yaml:5 collected_at.shift_hours",
        "fields.yaml:6 author",
        "fields.yaml:8 url.konst",
        "fields.yaml:8 url",
        "fields.yaml:9 location",
        "fields.yaml:10 lang",
    ]
    assert "try platform" in found[0]


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    """A missing file and one that is not YAML are problems like others."""
    assert "must be a mapping" in problems(tmp_path, "- a\n- b\n")[0]
    assert "not YAML" in problems(tmp_path, "a: [\n")[0]
    with pytest.raises(ConfigError, match="cannot be read"):
        load_mapping(tmp_path / "missing.yaml")
