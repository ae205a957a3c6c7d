"""The JSON form of a playbook and its content hash."""

import dataclasses
import json
from pathlib import Path
from typing import get_args

import pytest

import playbooks
from operators.errors import PackError
from operators.model import LEVELS, STAGES
from playbooks import schema
from playbooks.loader import load_packs
from playbooks.schema import Playbook, content_hash, playbook_from_dict, playbook_to_dict

GOOD = Path(__file__).parents[1] / "fixtures" / "packs" / "good"


def demo() -> Playbook:
    """Return the playbook of the fixtures."""
    return load_packs([GOOD])[0].playbooks[0]


def test_json_form_round_trips() -> None:
    """A playbook read back from its JSON is the same value with the same hash."""
    form = json.loads(json.dumps(playbook_to_dict(demo())))
    again = playbook_from_dict(form)
    assert again == demo()
    assert content_hash(again) == content_hash(demo())


def test_hash_follows_content_only() -> None:
    """Key order does not change the hash; any content does."""
    playbook = demo()
    statements: dict[schema.Channel, str] = {"wechat": "甲", "weibo": "乙"}
    one = dataclasses.replace(playbook, statements=statements)
    other = dataclasses.replace(playbook, statements=dict(reversed(statements.items())))
    assert content_hash(one) == content_hash(other)
    assert content_hash(one) != content_hash(playbook)
    assert len(content_hash(one)) >= 12
    assert content_hash(dataclasses.replace(one, donts=("别急",))) != content_hash(one)


def test_unusable_json_is_refused_with_its_place() -> None:
    """A wrong value or template is an error that names file and path."""
    form = playbook_to_dict(demo())
    with pytest.raises(PackError, match=r"stream:1: levels\[0\]: Invalid enum value 'huge'"):
        playbook_from_dict({**form, "levels": ["huge"]}, "stream")
    with pytest.raises(PackError, match=r"demo\.outage\.holding_statement: unknown field"):
        playbook_from_dict({**form, "holding_statement": "{{ nobody }}"})
    with pytest.raises(PackError, match="missing required field `title`"):
        playbook_from_dict({k: v for k, v in form.items() if k != "title"})


def test_unknown_keys_of_a_later_release_are_ignored() -> None:
    """A newer producer's extra keys do not stop an older reader."""
    assert playbook_from_dict({**playbook_to_dict(demo()), "later": 1}) == demo()


def test_words_agree_with_the_model() -> None:
    """Levels, stages and names cover exactly what the rest of the system knows."""
    assert get_args(schema.Level) == LEVELS
    assert get_args(schema.Stage) == STAGES
    assert set(schema.STRATEGY_NAMES) == set(get_args(schema.Strategy))
    assert set(schema.CLUSTER_NAMES) == set(get_args(schema.Cluster))
    assert set(schema.CHANNEL_NAMES) == set(get_args(schema.Channel))
    assert set(schema.PLATFORM_NAMES) == set(get_args(schema.Platform))


def test_every_field_says_what_to_write() -> None:
    """Whoever edits a playbook sees beside each field what belongs there."""
    for definition in schema.json_schema()["$defs"].values():
        for name, form in definition["properties"].items():
            assert form["description"].endswith("。"), name


def test_json_schema_file_is_current() -> None:
    """The schema editors use is the one the code has."""
    file = Path(playbooks.__file__).parent / "playbook.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == schema.json_schema()
