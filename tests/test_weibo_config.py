"""The settings, mapping and packs that the replay of real posts works with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from benchmarks.weibo.corpus import read_corpus
from benchmarks.weibo.findings import read_findings
from benchmarks.weibo.replay import CONFIG, MAPPING, prepare, replay
from flows.mapping import load_mapping
from flows.packs import crisis_types, read_packs
from flows.settings import load_settings
from flows.store_reader import connect_reading
from operators.decode import DecodeRules, decode
from operators.errors import ConfigError, InputError
from operators.match import Matcher
from operators.model import GENERAL, Mention
from playbooks.schema import ANY_TYPE

SETTINGS: Final = load_settings(CONFIG)
PACKS: Final = read_packs(SETTINGS)
MATCHER: Final = Matcher(SETTINGS.subjects, crisis_types(PACKS, SETTINGS.subjects))

ORIGINAL: Final = {
    "id": "wb-1",
    "platform": "weibo",
    "author": "a1",
    "author_followers": 20885,
    "author_verified": True,
    "author_location": "江苏 南京",
    "text": "城管又打人了，围殴一个卖红薯的小贩",
    "published_at": "2012-12-15T19:15:40+08:00",
    "reposts": 737,
    "comments": 391,
    "likes": 5,
}


def reply(number: int, text: str, minute: int) -> dict[str, object]:
    """Return a repost of the original, some minutes later."""
    return {
        "id": f"wb-r{number}",
        "platform": "weibo",
        "author": f"b{number}",
        "text": text,
        "published_at": f"2012-12-15T19:{minute:02}:50+08:00",
        "root_id": "wb-1",
        "parent_id": "wb-1",
    }


def mention(record: Mapping[str, object]) -> Mention:
    """Map and decode a record of the corpus."""
    mapped = json.dumps(load_mapping(MAPPING).apply(record)).encode()
    found = decode(mapped, 1_355_570_140_000, DecodeRules())
    assert isinstance(found, Mention)
    return found


def test_every_subject_has_a_pack_with_a_general_playbook() -> None:
    """Whoever is monitored has crisis types, and a playbook for whatever happens."""
    general = {
        playbook.industry
        for pack in PACKS
        for playbook in pack.playbooks
        if playbook.crisis_type == ANY_TYPE and len(playbook.levels) == 3
    }
    assert {subject.industry for subject in SETTINGS.subjects} == general
    assert 12 <= len(SETTINGS.subjects) <= 30


def test_no_person_is_monitored() -> None:
    """The subjects are organisations and topics."""
    assert not any(subject.executives for subject in SETTINGS.subjects)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("据传移动9月1日开始对微信进行收费，包月10元/月", {"china_mobile": "tariff"}),
        ("红十字会拿善款买路虎？钱去哪了", {"red_cross": "donation_use"}),
        ("城管围殴路边小贩", {"urban_management": "violent_enforcement"}),
        ("樱桃里全是蛆，别买了", {"food_safety": "food_safety"}),
        ("马航飞机失联，黑匣子没找到", {"malaysia_airlines": "disaster"}),
        ("这个支行被挤兑关门了，华夏银行怎么回事", {"huaxia_bank": "bank_run"}),
        ("新版假币又来了，收到假的别上当", {"banknotes": "counterfeit"}),
        ("新浪微博又上不去，抽风了", {"sina_weibo": "outage"}),
        ("今天在城管局门口路过", {"urban_management": GENERAL}),
        ("她骑车走在非机动车道上", {}),
    ],
)
def test_posts_are_attributed_as_people_would(text: str, expected: dict[str, str]) -> None:
    """The words of each story lead to its subject and type, everyday words do not."""
    found = MATCHER.match([text]).get(0, ())
    attributed = {one.subject: one.crisis_type for one in found}
    assert {key: attributed.get(key) for key in expected} == expected
    assert bool(found) == bool(expected)


def test_an_original_is_mapped_in_full() -> None:
    """Author, place and counts of an original arrive where the mention format has them."""
    found = mention(ORIGINAL)
    assert (found.id, found.platform, found.author_id) == ("wb-1", "weibo", "a1")
    assert (found.followers, found.verified, found.location) == (20885, True, "江苏 南京")
    assert (found.reposts, found.comments, found.likes) == (737, 391, 5)
    assert found.published_ms == 1_355_570_140_000


def test_a_repost_without_words_hangs_on_its_original() -> None:
    """Reposts have few fields, and often no words."""
    found = mention({**reply(1, "", 15), "published_at": "2012-12-15T19:15:40+08:00"})
    assert (found.text, found.root_id, found.parent_id) == ("", "wb-1", "wb-1")
    assert (found.author_id, found.followers) == ("b1", 0)


def test_the_settings_of_a_replay_say_the_same(tmp_path: Path) -> None:
    """The copy in the working folder monitors the same with the same packs, in that folder."""
    copied = load_settings(prepare(tmp_path / "replay"))
    assert copied.subjects == SETTINGS.subjects
    assert copied.packs == SETTINGS.packs
    assert copied.var == tmp_path / "replay"
    assert copied.store.dsn == f"chdb://{tmp_path}/replay/chdb"


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    """A folder that is not of a replay is refused and stays as it is."""
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(ConfigError, match="folder is not of a replay"):
        prepare(tmp_path)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "no such file"),
        ("", "holds no records"),
        ('{"id": "a", "published_at": "2012-12-15"}\nnot json', "posts.jsonl:2: is no record"),
    ],
)
def test_what_is_no_corpus_is_refused(tmp_path: Path, content: str | None, problem: str) -> None:
    """A wrong path or file is said in one line, with the line it breaks at."""
    path = tmp_path / "posts.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        read_corpus(path, SETTINGS.subjects)


def test_a_small_corpus_runs_through_the_whole_program(tmp_path: Path) -> None:
    """A story that spreads becomes an incident of its original, found soon after it."""
    records = [ORIGINAL, *(reply(n, "太气人了，无法无天[怒]", 16 + n // 8) for n in range(240))]
    path = tmp_path / "posts.jsonl"
    path.write_text("\n".join(map(json.dumps, [*records, records[-1]])), encoding="utf-8")
    config = prepare(tmp_path / "var")
    settings = load_settings(config)
    corpus = read_corpus(path, settings.subjects)
    assert [(one.reposts, one.subjects) for one in corpus.originals] == [
        (241, ("urban_management",))
    ]
    took = replay(path, config, settings, corpus.published_ms)
    assert took.records == 242
    subjects = {subject.id: subject for subject in settings.subjects}
    with connect_reading(settings.store.dsn, settings.var) as reader:
        found = read_findings(reader.client, corpus, subjects, seed=1)
    balance = found.balance
    assert (balance["read"], balance["matched"], balance["duplicates"]) == (242, 241, 1)
    assert (balance["imbalance"], balance["unexplained"]) == (0, 0)
    assert found.per_subject == {"urban_management": {"violent_enforcement": 1}}
    assert found.original_holds_subject == found.posts_in_main_thread == 1.0
    assert {post.original for post in found.sample} == {ORIGINAL["text"]}
