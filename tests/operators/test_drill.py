"""The drill's stream: its truth, its volumes, what goes wrong on the way, and how it reads."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from operators.drill import Entry, Scenario, Truth, generate, truth
from operators.drill.onsets import LEAD, place
from operators.drill.templates import SlotError, Slots
from operators.errors import PackError
from operators.model import DAY, HOUR, MINUTE
from playbooks.drills.loader import load_scenario

END = 1_795_377_600_000 - 6 * HOUR
CHINA = timezone(timedelta(hours=8))
REAL_NAMES = re.compile(
    "工商银行|农业银行|建设银行|中国银行|交通银行|招商银行|平安银行|民生银行|浦发|兴业银行|邮储|微众|"
    "中国移动|中国联通|中国电信|支付宝|蚂蚁集团|蚂蚁金服|微信|财付通|花呗|借呗|京东|美团|拼多多|"
    "度小满|马上消费|招联|捷信|中信|华泰|国泰|海通|广发|东方财富|同花顺|腾讯|阿里|百度|字节|华为|滴滴"
)
TROUBLE = {
    "rumour": "取|倒闭|挤兑|暴雷|爆雷|破产|现金|存款|接管",
    "outage": "登不|宕机|卡单|崩|撤|交易系统|登录|闪退|白屏|转圈|卡|系统|持仓",
    "breach": "泄露|被卖|隐私|信息|数据|盗刷|诈骗|免密|裸奔|暗网",
    "tariff": "扣|套餐|涨价|资费|话费|合约|降|费|升级|月租",
    "collection": "催|通讯录|恐吓|骚扰|轰炸|逾期|骂",
}


def instant(value: str | int) -> int:
    """Return the ms since epoch of a time in any of the forms the stream uses."""
    if isinstance(value, int):
        return value if value > 10**11 else value * 1_000
    moment = datetime.fromisoformat(value)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).timestamp() * 1_000)


def read(payload: dict[str, Any]) -> str:
    """Return title and text of a mention."""
    return f"{payload.get('title', '')} {payload['text']}"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Return the demonstration."""
    return load_scenario()


@pytest.fixture(scope="module")
def entries(scenario: Scenario) -> list[Entry]:
    """Return the whole stream of the demonstration with seed 1."""
    return list(generate(scenario, 1, END))


@pytest.fixture(scope="module")
def mentions(entries: list[Entry]) -> list[Entry]:
    """Return the mentions of the stream, without the actions."""
    return [entry for entry in entries if entry.stream == "mentions"]


@pytest.fixture(scope="module")
def truths(scenario: Scenario) -> dict[str, Truth]:
    """Return what really happens, by id."""
    return {item.id: item for item in truth(scenario, END)}


def of_burst(scenario: Scenario, burst: str) -> Iterator[Entry]:
    """Generate one burst alone, as it is when nothing else happens."""
    script = scenario.script
    only = tuple(item for item in script.bursts if item.id == burst)
    alone = Scenario(
        type(script)(**{**_fields(script), "talk": (), "bursts": only}),
        scenario.manners,
        scenario.phrases,
    )
    return generate(alone, 1, END)


def _fields(script: Any) -> dict[str, Any]:
    return {name: getattr(script, name) for name in script.__struct_fields__}


def first_seen(mentions: list[Entry]) -> list[Entry]:
    """Return the first entry of each mention."""
    seen: dict[str, Entry] = {}
    for entry in mentions:
        seen.setdefault(entry.payload["id"], entry)
    return list(seen.values())


def test_same_seed_same_stream(scenario: Scenario, entries: list[Entry]) -> None:
    """The same scenario, seed and end must give the same entries."""
    assert list(islice(generate(scenario, 1, END), 4_000)) == entries[:4_000]


def test_other_seed_other_stream(scenario: Scenario, entries: list[Entry]) -> None:
    """Another seed must give other entries."""
    assert list(islice(generate(scenario, 2, END), 50)) != entries[:50]


def test_order_of_arrival(entries: list[Entry]) -> None:
    """Entries must come in order of arrival, all of them before the end."""
    arrivals = [entry.at_ms for entry in entries]
    assert arrivals == sorted(arrivals)
    assert arrivals[-1] < END


def test_nothing_arrives_before_it_is_published(mentions: list[Entry]) -> None:
    """A mention must be published before it is collected, and collected before it arrives."""
    for entry in mentions:
        published = instant(entry.payload["published_at"])
        collected = instant(entry.payload["collected_at"])
        assert published <= collected <= entry.at_ms


def test_volumes(scenario: Scenario, mentions: list[Entry]) -> None:
    """Seven thin days and one of about 100,000 mentions, by the factor the scenario states."""
    days = Counter((END - 1 - entry.at_ms) // DAY for entry in mentions)
    assert set(days) == set(range(8))
    assert 95_000 < days[0] < 105_000
    quiet = [days[day] for day in range(1, 8)]
    assert all(3_800 < count < 4_400 for count in quiet)
    assert days[0] / (sum(quiet) / 7) == pytest.approx(scenario.thinning(), rel=0.08)


def test_unrelated_talk_is_most_of_the_last_day(scenario: Scenario, mentions: list[Entry]) -> None:
    """On the last day 55 to 65 % of the mentions must speak of no monitored company."""
    names = [name for names in scenario.script.called.values() for name in names]
    names += [product for item in scenario.subjects() for product in item.products]
    last = [entry for entry in mentions if entry.at_ms >= END - DAY]
    wordless = sum(not entry.payload["text"] for entry in last)
    related = sum(any(name in read(entry.payload) for name in names) for entry in last)
    assert 0.55 < 1 - related / (len(last) - wordless) < 0.66


def test_talk_about_subjects_keeps_its_rate(scenario: Scenario) -> None:
    """Everyday talk about each company must be equally dense, and equally cross, on all days."""
    for talk in scenario.script.talk:
        if talk.subject:
            assert talk.quiet == talk.last
    script = scenario.script
    about = tuple(talk for talk in script.talk if talk.subject)
    calm = Scenario(
        type(script)(**{**_fields(script), "talk": about, "bursts": ()}),
        scenario.manners,
        scenario.phrases,
    )
    days = Counter((END - 1 - entry.at_ms) // DAY for entry in generate(calm, 3, END))
    assert max(days[day] for day in range(8)) < 1.05 * min(days[day] for day in range(8))


def test_rhythm_of_the_day(scenario: Scenario, mentions: list[Entry]) -> None:
    """People must sleep from three to five and write most at noon and at nine, China time."""
    hours = Counter(
        (instant(entry.payload["published_at"]) // HOUR + 8) % 24
        for entry in mentions
        if entry.at_ms < END - DAY
    )
    assert max(hours[3], hours[4]) < 0.15 * hours[12]
    assert hours[12] > hours[10]
    assert hours[12] > hours[15]
    assert hours[21] == max(hours.values())


@pytest.mark.parametrize("hour", range(0, 24, 2))
def test_onsets_lie_in_the_last_day(scenario: Scenario, hour: int) -> None:
    """Whenever the day ends, every onset must lie in it and leave at least 90 minutes."""
    end = END + hour * HOUR + 17 * MINUTE + 3_456
    for item in truth(scenario, end):
        assert end - DAY + LEAD <= item.onset_ms <= end - 90 * MINUTE
        assert item.onset_ms < item.end_ms <= end
        if item.kind == "crisis":
            assert 3_000 <= item.mentions <= 9_000


def test_onset_keeps_its_clock_where_it_can() -> None:
    """The first clock that fits must be taken, else the next, else the nearest border."""
    midnight = END // DAY * DAY + 16 * HOUR
    assert place(["09:30", "13:00"], 120, midnight) == midnight - DAY + 9 * HOUR + 30 * MINUTE
    soon = midnight - DAY + 10 * HOUR
    assert place(["09:30", "13:00"], 120, soon) == soon - DAY + 3 * HOUR
    assert place(["09:30"], 120, soon) == soon - DAY + LEAD


def test_truth_names_every_burst(truths: dict[str, Truth]) -> None:
    """Five crises of five shapes and companies, two decoys and a scare must be told."""
    kinds = Counter(item.kind for item in truths.values())
    assert kinds == {"crisis": 5, "decoy": 2, "scare": 1}
    crises = [item for item in truths.values() if item.kind == "crisis"]
    assert len({item.shape for item in crises}) == len({item.subject for item in crises}) == 5
    assert all(item.title for item in truths.values())


def by_minute(scenario: Scenario, item: Truth) -> dict[int, int]:
    """Count a burst's mentions by the minute after onset in which they were published."""
    first = first_seen([e for e in of_burst(scenario, item.id) if e.stream == "mentions"])
    starts = [instant(entry.payload["published_at"]) - item.onset_ms for entry in first]
    assert min(starts) > -1_000
    return Counter(max(0, start) // MINUTE for start in starts)


def share(minutes: dict[int, int], begin: int, end: int) -> float:
    """Return which share of the mentions lies in a span of minutes."""
    inside = sum(count for minute, count in minutes.items() if begin <= minute < end)
    return inside / sum(minutes.values())


def test_shapes(scenario: Scenario, truths: dict[str, Truth]) -> None:
    """Every crisis must rise and fall as its shape says."""
    outage = by_minute(scenario, truths["outage"])
    assert share(outage, 0, 10) > 0.08
    assert share(outage, 0, 90) > 0.55
    ramp = by_minute(scenario, truths["tariff"])
    hours = [share(ramp, 60 * hour, 60 * hour + 60) for hour in range(5)]
    assert hours == sorted(hours)
    assert hours[4] > 8 * hours[0]
    rumour = by_minute(scenario, truths["rumour"])
    assert share(rumour, 0, 20) < 0.02
    assert share(rumour, 60, 120) > 0.35
    breach = by_minute(scenario, truths["breach"])
    assert share(breach, 10, 30) > share(breach, 90, 110) < share(breach, 140, 160)
    night = by_minute(scenario, truths["collection"])
    assert share(night, 30, 90) > share(night, 0, 30)
    assert datetime.fromtimestamp(truths["collection"].onset_ms / 1_000, CHINA).hour in {0, 23}


def test_rumour_is_copied(scenario: Scenario) -> None:
    """A third of the rumour's posts must be near copies by many accounts."""
    posts = [e.payload for e in of_burst(scenario, "rumour") if e.payload.get("kind") == "post"]
    copied = [
        post
        for post in posts
        if any(
            part in post["text"] for part in ("资金链断裂", "总行上班", "五十万以上", "几百个亿")
        )
    ]
    assert len(copied) > 0.15 * len(posts)
    assert len({post["author"]["id"] for post in copied}) > 0.8 * len(copied)


def test_influencer_leads(scenario: Scenario, truths: dict[str, Truth]) -> None:
    """The leak must start with one famous author, whom thousands repost, many without words."""
    stream = first_seen([e for e in of_burst(scenario, "breach") if e.stream == "mentions"])
    root = stream[0].payload
    assert instant(root["published_at"]) // 1_000 == truths["breach"].onset_ms // 1_000
    assert root["author"]["followers"] > 1_000_000
    reposts = [e.payload for e in stream if e.payload.get("root_id") == root["id"]]
    assert len(reposts) > 500
    assert sum(not repost["text"] for repost in reposts) > 150


def test_wire_story_is_one_text(scenario: Scenario) -> None:
    """Three hundred sites must carry nearly the same words, and nobody else."""
    stream = first_seen(list(of_burst(scenario, "wire")))
    assert 280 <= len(stream) <= 300
    assert {(e.payload["kind"], e.payload["platform"]) for e in stream} == {("article", "news")}
    cores = Counter(e.payload["text"].partition("联讯通信日前")[2][:120] for e in stream)
    assert len(cores) == 1
    assert len({e.payload["author"]["id"] for e in stream}) > 100


def test_campaign_is_friendly(scenario: Scenario) -> None:
    """The campaign must bring thousands of posts in two hours and no crisis word."""
    stream = [e.payload for e in of_burst(scenario, "campaign")]
    assert len(stream) > 2_000
    words = ("取不出", "倒闭", "挤兑", "登不上", "乱扣费", "泄露", "催收", "投诉", "骗")
    assert not [read(post) for post in stream if any(word in read(post) for word in words)]


def test_crises_say_what_they_are_about(scenario: Scenario) -> None:
    """Most posts of a crisis must name the company and a word of the trouble."""
    for burst in scenario.script.bursts:
        if burst.kind != "crisis":
            continue
        subject = next(item for item in scenario.subjects() if item.id == burst.subject)
        called = (subject.name, *subject.aliases, *subject.products)
        texts = [read(e.payload) for e in of_burst(scenario, burst.id) if e.payload.get("text")]
        named = sum(any(name in text for name in called) for text in texts)
        told = sum(bool(re.search(TROUBLE[burst.id], text)) for text in texts)
        assert named > 0.85 * len(texts), burst.id
        assert told > 0.85 * len(texts), burst.id


def test_ids_are_unique(mentions: list[Entry]) -> None:
    """An id must come again only for the same post, and seldom."""
    seen: dict[str, list[Entry]] = defaultdict(list)
    for entry in mentions:
        seen[entry.payload["id"]].append(entry)
    again = [group for group in seen.values() if len(group) > 1]
    assert 0.02 < len(again) / len(seen) < 0.08
    for group in again:
        assert len(group) == 2
        first, second = (entry.payload for entry in group)
        assert first["text"] == second["text"]
        assert first["published_at"] == second["published_at"]


def test_second_sightings(mentions: list[Entry]) -> None:
    """Some posts must come twice as they were, some with grown counts, some as deleted."""
    seen: dict[str, dict[str, Any]] = {}
    twice = Counter[str]()
    for entry in mentions:
        payload = entry.payload
        if payload["id"] not in seen:
            seen[payload["id"]] = payload
            continue
        first = seen[payload["id"]]
        if payload == first:
            twice["same"] += 1
            continue
        twice["deleted" if payload.get("deleted") else "grown"] += 1
        assert instant(payload["collected_at"]) > instant(first["collected_at"])
        if all(isinstance(value, int) for value in payload["counts"].values()):
            assert all(payload["counts"][name] >= value for name, value in first["counts"].items())
    assert twice["same"] > 900
    assert twice["grown"] > 2_000
    assert twice["deleted"] > 400


def test_late_posts(mentions: list[Entry]) -> None:
    """A few posts must come minutes late, very few more than six hours."""
    delays = [e.at_ms - instant(e.payload["published_at"]) for e in first_seen(mentions)]
    late = sum(2 * MINUTE < delay <= 90 * MINUTE for delay in delays) / len(delays)
    history = sum(delay > 6 * HOUR for delay in delays) / len(delays)
    assert 0.02 < late < 0.04
    assert 0.0005 < history < 0.004


def test_dead_feed(scenario: Scenario, mentions: list[Entry]) -> None:
    """One platform must fall silent some hours before the end, having been busy till then."""
    dead = scenario.script.dead_feed
    silent_from = END - int(dead.hours * HOUR)
    arrivals = [e.at_ms for e in mentions if e.payload["platform"] == dead.platform]
    assert silent_from - 5 * MINUTE < max(arrivals) < silent_from


def test_reposts_point_to_earlier_posts(mentions: list[Entry]) -> None:
    """A repost or comment must name a root that is older than itself; many have no words."""
    published: dict[str, int] = {}
    for entry in first_seen(mentions):
        payload = entry.payload
        published[payload["id"]] = instant(payload["published_at"])
        root = payload.get("root_id")
        if payload["platform"] != "zhihu" and root:
            assert published[root] <= published[payload["id"]] + 1_000
        if payload["kind"] in {"repost", "comment"}:
            assert root
            assert payload["parent_id"]
    wordless = [e for e in mentions if e.payload["kind"] == "repost" and not e.payload["text"]]
    assert len(wordless) > 3_000


def test_wire_format(scenario: Scenario, mentions: list[Entry]) -> None:
    """Times and counts must come in all the forms that crawlers write."""
    stamps = {e.payload["platform"]: e.payload["published_at"] for e in mentions}
    assert {type(value) for value in stamps.values()} == {int, str}
    assert len({len(str(value)) for value in stamps.values()}) == 4
    counts = [value for e in mentions for value in e.payload["counts"].values()]
    assert any(isinstance(value, str) and value.endswith("万") for value in counts)
    assert any(isinstance(value, str) and value.endswith("万+") for value in counts)
    platforms = {item.id for item in scenario.script.platforms}
    assert set(stamps) == platforms
    assert len(platforms) == 8
    json.dumps([entry.payload for entry in mentions[:1_000]])


def test_actions(entries: list[Entry], truths: dict[str, Truth]) -> None:
    """Every kind of human action must play, after its onset, one of them a false alarm."""
    actions = [entry for entry in entries if entry.stream == "actions"]
    kinds = Counter(entry.payload["kind"] for entry in actions)
    wanted = {"acknowledge", "assign", "statement", "false_alarm", "override", "resolve"}
    assert wanted <= set(kinds)
    assert kinds["false_alarm"] == kinds["override"] == kinds["resolve"] == 1
    onsets = {(item.subject, item.crisis_type): item for item in truths.values()}
    for entry in actions:
        item = onsets[entry.payload["subject"], entry.payload["crisis_type"]]
        assert entry.at_ms >= item.onset_ms + 10 * MINUTE
        assert (entry.payload["kind"] == "false_alarm") == (item.kind == "scare")
    override = next(e.payload for e in actions if e.payload["kind"] == "override")
    assert override["detail"]["playbook"] == "telecom.general"


def test_texts(mentions: list[Entry]) -> None:
    """Texts must be filled in, short enough, various, and free of real companies' names."""
    texts = {read(entry.payload) for entry in mentions}
    assert len(texts) > 0.55 * len(mentions)
    for text in texts:
        assert not any(mark in text for mark in ("{", "}", "\0", "||"))
        assert not REAL_NAMES.search(text), text
    assert max(len(entry.payload["text"]) for entry in mentions) <= 400


def test_enough_phrases(scenario: Scenario) -> None:
    """The words must be many: by crisis and tone, by industry, and in general."""
    for burst in scenario.script.bursts:
        if burst.kind == "crisis":
            tones = scenario.phrases[burst.phrases].tones
            size = {tone: sum(map(len, register.values())) for tone, register in tones.items()}
            assert size["negative"] >= 60
            assert size["neutral"] >= 25
            assert size["positive"] >= 15
    for talk in scenario.script.talk:
        tones = scenario.phrases[talk.phrases].tones
        texts = [
            text for register in tones.values() for group in register.values() for text in group
        ]
        assert len(texts) == len(set(texts)) >= (80 if talk.subject else 150)


def test_slots() -> None:
    """Templates must choose, count and repeat; a slot nobody knows is an error."""
    from random import Random

    slots = Slots({"who": ("甲", "乙"), "pair": ("{who}和{who}",), "loop": ("{loop}",)})
    said = {slots.line("{who}{=who}{3..4}{#2}").say(Random(seed)) for seed in range(40)}
    assert all(text[0] == text[1] and text[2] in "34" and len(text) == 5 for text in said)
    assert {text[0] for text in said} == {"甲", "乙"}
    assert slots.line("{pair}").say(Random(1))[1] == "和"
    for template in ("{whom}", "{=who}", "{loop}"):
        with pytest.raises(SlotError):
            slots.line(template)


def copied(tmp_path: Path, changes: dict[str, tuple[str, str]]) -> Path:
    """Copy the demonstration, replacing some words in some files."""
    home = Path(__file__).parents[2] / "playbooks" / "drills"
    for source in [home / "demo.yaml", *(home / "phrases").iterdir()]:
        target = tmp_path / source.relative_to(home)
        target.parent.mkdir(exist_ok=True)
        text = source.read_text(encoding="utf-8")
        old, new = changes.get(source.name, ("", ""))
        assert old in text
        target.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "message", "near"),
    [
        ("demo.yaml", "size: 8000", "size: many", "bursts[0].size: Expected `int`", "many"),
        ("demo.yaml", "shape: ramp", "shape: steep", "bursts[3].shape: Invalid enum", "steep"),
        ("demo.yaml", "subject: sufu_tech\n", "subject: sufu\n", "unknown subject", "sufu"),
        ("demo.yaml", "copies: 0.55", "copy: 0.55", "unknown field `copy`", "- id: rumour"),
        ("demo.yaml", "mix: {negative: 68", "mix: {angry: 68", "unknown tone (got angry", "angry"),
        ("demo.yaml", "title: 五家", "title: [五家", "not YAML", "# The demonstration"),
        ("demo.yaml", "platform: zhihu, hours", "platform: x, hours", "unknown platform", "x, hou"),
        ("chatter.yaml", "{sector}领涨", "{sektor}领涨", "unknown slot", "sektor"),
    ],
)
def test_wrong_files(
    tmp_path: Path, file: str, old: str, new: str, message: str, near: str
) -> None:
    """A wrong file must be refused with its name, its line and what is wrong."""
    folder = copied(tmp_path, {file: (old, new)})
    with pytest.raises(PackError) as caught:
        load_scenario("demo", folder)
    problem = caught.value.problems[0]
    assert problem.file.endswith(file)
    assert message in str(problem)
    lines = next(folder.rglob(file)).read_text(encoding="utf-8").splitlines()
    assert near in lines[problem.line - 1]


def test_missing_scenario(tmp_path: Path) -> None:
    """A scenario that does not exist must be named in the error."""
    with pytest.raises(PackError, match=r"nowhere\.yaml:1: file: cannot be read"):
        load_scenario("nowhere", tmp_path)
