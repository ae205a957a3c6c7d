"""The control streams are read in full, tell how far they are known, and refuse what is wrong."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import orjson
import pytest
from redis import Redis

from flows.control_source import PART, ControlPartition, ControlSource
from flows.desk_steps import IncidentStep, RecommendStep
from flows.embedded_redis import connect
from flows.messages import BriefsFor, ControlFor, CoursesFor, WatchedFor
from flows.plan import response_rules
from flows.publish import publish
from flows.redis_source import stop_asked
from flows.settings import load_settings
from flows.tables import TABLES, Rows
from operators.control import ACTIONS, FAR, PLAYBOOKS, ControlBatch
from operators.fit import UNVERIFIED, Case
from operators.incident_parts import IncidentRules
from operators.library import EmptyLibraryError, PlaybookEntry
from operators.model import MINUTE, Action, Subject
from operators.register import Register
from operators.watch import Watched
from playbooks.schema import Pack, content_hash, playbook_to_dict
from tests.support.redis_servers import redis_ms

PATIENCE_S = 20.0
MANY = 1_200

Start = Callable[..., ControlPartition]


@pytest.fixture
def start(url: str, redis: "Redis") -> Iterator[Start]:
    """Give what makes the partition as the engine does."""
    opened: list[ControlPartition] = []

    def make(
        resume: dict[str, bytes] | None = None, *, live: bool = False, until_end: bool = False
    ) -> ControlPartition:
        source = ControlSource(lambda: connect(url), live=live, until_end=until_end)
        partition = source.build_part("tingfeng.read_control", PART, resume)
        opened.append(partition)
        return partition

    yield make
    for partition in opened:
        partition.close()


def act(client: "Redis", kind: str = "note", entry_id: str = "*") -> int:
    """Add an action; returns the time of its entry."""
    body = orjson.dumps({"incident": "c0ffee", "kind": kind, "actor": "王敏"})
    added = client.xadd(ACTIONS, {"action": body}, id=entry_id)
    assert isinstance(added, bytes)
    return int(added.partition(b"-")[0])


def read(partition: ControlPartition) -> ControlBatch:
    """Read once; nothing new is an empty batch."""
    batches = partition.next_batch()
    return batches[0] if batches else ControlBatch()


def test_reads_both_streams(redis: "Redis", start: Start, packs: tuple[Pack, ...]) -> None:
    """One batch brings the actions and the playbooks that are there, with their times."""
    at_ms = act(redis)
    publish(redis, packs, 1_000)
    batch = read(start())
    assert [(action.kind, action.at_ms, action.actor) for action in batch.actions] == [
        ("note", at_ms, "王敏")
    ]
    assert {entry.playbook_id for entry in batch.playbooks} == {
        playbook.id for pack in packs for playbook in pack.playbooks
    }
    assert {entry.at_ms for entry in batch.playbooks} == {1_000}


def test_resumes_behind_its_snapshot(redis: "Redis", start: Start) -> None:
    """A new partition goes on behind the last entry of each stream."""
    act(redis, "note")
    first = start()
    assert [action.kind for action in read(first).actions] == ["note"]
    state = first.snapshot()
    act(redis, "resolve")
    assert [action.kind for action in read(first).actions] == ["resolve"]
    assert [action.kind for action in read(start(state)).actions] == ["resolve"]


def test_finite_input_is_known_to_its_end_at_once(redis: "Redis", start: Start) -> None:
    """With a stream clock nobody acts in wall-clock time: what is there is all there is."""
    act(redis)
    for partition in (start(live=False), start(live=True, until_end=True)):
        batch = read(partition)
        assert len(batch.actions) == 1
        assert (batch.actions_until_ms, batch.playbooks_until_ms) == (FAR, FAR)


def test_a_long_stream_is_known_only_when_its_end_was_read(redis: "Redis", start: Start) -> None:
    """While there is more to read than one batch holds, nothing is told to be known."""
    for number in range(MANY):
        act(redis, entry_id=f"{1_000 + number}-0")
    partition = start()
    found = 0
    while True:
        batch = read(partition)
        found += len(batch.actions)
        if batch.actions_until_ms:
            break
        assert batch.actions
    assert found == MANY
    assert batch.actions_until_ms == FAR


def test_a_live_stream_is_known_until_redis_own_time(redis: "Redis", start: Start) -> None:
    """What is told as known lies before every entry that can still come, and moves on."""
    partition = start(live=True)
    told: list[int] = []
    began = time.monotonic()
    while len(told) < 3:
        assert time.monotonic() - began < PATIENCE_S
        before = redis_ms(redis)
        batch = read(partition)
        if not batch.actions_until_ms:
            continue
        assert before - 1 <= batch.actions_until_ms < redis_ms(redis)
        told.append(batch.actions_until_ms)
        at_ms = act(redis)
        assert at_ms > batch.actions_until_ms
        (action,) = read(partition).actions
        assert action.at_ms == at_ms
        time.sleep(0.01)
    assert told == sorted(set(told))


def test_nothing_new_is_told_at_most_once_a_second(redis: "Redis", start: Start) -> None:
    """Silence is not sent through the flow at every look."""
    partition = start(live=True)
    assert read(partition).actions_until_ms
    began = redis_ms(redis)
    silent = partition.next_batch()
    assert silent == [] or redis_ms(redis) - began >= 1_000


def test_a_stop_reads_what_is_there_and_ends(redis: "Redis", start: Start) -> None:
    """Asked to stop, the source gives what it finds once more and then ends."""
    partition = start()
    read(partition)
    act(redis)
    stop_asked.set()
    try:
        assert len(read(partition).actions) == 1
        with pytest.raises(StopIteration):
            partition.next_batch()
    finally:
        stop_asked.clear()


GOOD_ACTION = b'{"kind": "note"}'
BAD_ACTIONS = [
    b"",
    b"no json \x00\xff",
    b'["note"]',
    b'{"actor": "no kind"}',
    b'{"kind": 7}',
    b'{"kind": "note", "detail": {"list": [1]}}',
]
BAD_PLAYBOOKS = [
    b"",
    b"no json",
    b'{"op": "put"}',
    b'{"op": "put", "playbook": {"id": "banking.general"}}',
    b'{"op": "put", "playbook": "banking.general"}',
    b'{"op": "remove", "playbook": {"id": "banking.general"}}',
    b'{"op": "retire", "playbook": {}}',
    b'{"op": "retire", "playbook": {"id": 7}}',
]


@pytest.mark.parametrize("raw", BAD_ACTIONS)
def test_a_bad_action_is_refused(redis: "Redis", start: Start, raw: bytes) -> None:
    """What is no action is told as rejected, and those around it count."""
    entry_id = redis.xadd(ACTIONS, {"action": raw})
    redis.xadd(ACTIONS, {"action": GOOD_ACTION})
    batch = read(start())
    assert [action.kind for action in batch.actions] == ["note"]
    (refused,) = batch.rejected
    assert refused.rejected.reason == "bad_action"
    assert refused.rejected.detail
    assert isinstance(entry_id, bytes)
    assert refused.entry >> 20 == int(entry_id.partition(b"-")[0])


@pytest.mark.parametrize("raw", BAD_PLAYBOOKS)
def test_a_bad_playbook_is_refused(
    redis: "Redis", start: Start, packs: tuple[Pack, ...], raw: bytes
) -> None:
    """What is no playbook neither replaces nor withdraws one."""
    publish(redis, packs, 1_000)
    redis.xadd(PLAYBOOKS, {"playbook": raw})
    batch = read(start())
    assert all(entry.playbook is not None for entry in batch.playbooks)
    assert len(batch.playbooks) == sum(len(pack.playbooks) for pack in packs)
    (refused,) = batch.rejected
    assert refused.rejected.reason == "bad_playbook"
    assert refused.rejected.detail


def test_a_playbook_is_known_by_its_content(
    redis: "Redis", start: Start, packs: tuple[Pack, ...]
) -> None:
    """The version is the hash of the content, as recommendations name it, whatever is claimed."""
    playbook = packs[0].playbooks[0]
    for claimed in ({}, {"version": "of my own"}):
        body = {"op": "put", "playbook": playbook_to_dict(playbook), **claimed}
        redis.xadd(PLAYBOOKS, {"playbook": orjson.dumps(body)})
    assert {entry.version_hash for entry in read(start()).playbooks} == {content_hash(playbook)}


def test_refused_entries_are_masked_and_short(redis: "Redis", start: Start) -> None:
    """What is kept of a refused entry shows no phone number and no more than 2 KiB."""
    redis.xadd(ACTIONS, {"action": b'{"actor": "13812345678", "more": "' + b"x" * 5000})
    (refused,) = read(start()).rejected
    assert "13812345678" not in refused.rejected.raw
    assert 0 < len(refused.rejected.raw.encode()) <= 2_048


SUBJECT = Subject("xinghe_bank", "星河银行", "banking")
DECIDED = 1_780_000_020_000
ALONE = replace(response_rules(load_settings(None)), shards=1)


def case() -> Case:
    """Make an incident that asks for a playbook."""
    return Case(
        incident_id="c0ffee",
        exercise=False,
        subject=SUBJECT,
        crisis_type="system_outage",
        level="moderate",
        stage="spreading",
        severity=50.0,
        negative_share=0.6,
        platforms=("weibo",),
        keywords=("转账失败",),
        verification=UNVERIFIED,
        onset_ms=DECIDED - 10 * MINUTE,
        detected_ms=DECIDED,
        decided_ms=DECIDED,
        mentions=60,
        negative=40,
    )


def known(playbooks: tuple[PlaybookEntry, ...] = (), *, until_ms: int) -> ControlBatch:
    """Tell playbooks, and that all control streams are read up to an instant."""
    return ControlBatch((), playbooks, actions_until_ms=until_ms, playbooks_until_ms=until_ms)


def tables(rows: list[Rows]) -> list[str]:
    """Return which tables get rows."""
    return [one.table for one in rows]


def test_nothing_is_recommended_before_the_table_is_read(
    redis: "Redis", start: Start, packs: tuple[Pack, ...]
) -> None:
    """A case waits until the playbooks are known up to its minute, then it sees all before it."""
    publish(redis, packs, DECIDED - 1)
    playbooks = read(start()).playbooks
    step = RecommendStep(ALONE, None)
    assert step.on_batch([case(), CoursesFor(0, DECIDED, [])]) == ([], False)
    early, _discard = step.on_batch([known(playbooks, until_ms=0)])
    assert tables(early) == ["playbook_versions"]
    assert step.on_batch([known(until_ms=DECIDED - 1)]) == ([], False)
    found, _discard = step.on_batch([known(until_ms=DECIDED)])
    assert tables(found)[:1] == ["recommendations"]
    assert "banking.system_outage" in found[0].rows[0]


def test_recommendation_opens_tasks_and_clocks_for_who_is_on_duty(
    redis: "Redis", start: Start, packs: tuple[Pack, ...]
) -> None:
    """They come with the recommendation, and an action ends a task in its own minute."""
    publish(redis, packs, DECIDED - 1)
    step = RecommendStep(ALONE, None)
    step.on_batch([case(), CoursesFor(0, DECIDED, [])])
    found, _discard = step.on_batch([known(read(start()).playbooks, until_ms=DECIDED)])
    assert {"tasks", "clocks"} <= set(tables(found))
    first = next(one for one in found if one.table == "tasks").rows[0]
    detail = {"task": first[TABLES["tasks"].columns.index("task_id")]}
    done = Action("9-0", DECIDED + 1, "c0ffee", "task_done", "林晚", detail=detail)
    step.on_batch([ControlBatch((done,), actions_until_ms=FAR, playbooks_until_ms=FAR)])
    ended, _discard = step.on_batch([CoursesFor(0, DECIDED + MINUTE, [])])
    assert tables(ended) == ["tasks", "actions"]
    assert {"done", "林晚"} <= {str(value) for value in ended[0].rows[0]}


def test_after_a_resume_the_table_is_read_anew(
    redis: "Redis", start: Start, packs: tuple[Pack, ...]
) -> None:
    """What was published while the flow stood still counts for what it decides next."""
    publish(redis, packs, DECIDED - 1)
    before = RecommendStep(ALONE, None)
    before.on_batch([known(read(start()).playbooks, until_ms=FAR)])
    resumed = RecommendStep(ALONE, before.snapshot())
    assert resumed.on_batch([case(), CoursesFor(0, DECIDED, [])]) == ([], False)
    found, _discard = resumed.on_batch([known(until_ms=FAR)])
    assert tables(found)[:1] == ["recommendations"]


def test_an_empty_library_is_an_error(redis: "Redis", start: Start) -> None:
    """A case that meets an empty library ends the flow and says what to do."""
    step = RecommendStep(ALONE, None)
    step.on_batch([known(until_ms=FAR), CoursesFor(0, DECIDED, [])])
    with pytest.raises(EmptyLibraryError, match="tingfeng playbooks publish"):
        step.on_batch([case()])


def test_no_incident_moves_before_the_actions_are_read() -> None:
    """A desk works through a minute once the actions are known up to it, also after a resume."""
    register = Register({SUBJECT.id: SUBJECT}, {})
    action = Action(
        f"{DECIDED - 5_000}-0", DECIDED - 5_000, "c0ffee", "note", "王敏", "", "", False, {}
    )
    told = ControlFor(0, ControlBatch((action,), actions_until_ms=DECIDED - 1))
    step = IncidentStep(IncidentRules(), register, None)
    assert step.on_batch([WatchedFor(0, Watched(DECIDED + MINUTE))]) == ([], False)
    until = DECIDED - 1
    assert step.on_batch([told]) == ([BriefsFor(0, until, []), CoursesFor(0, until, [])], False)
    resumed = IncidentStep(IncidentRules(), register, step.snapshot())
    (brief, _courses, rows), _discard = resumed.on_batch(
        [ControlFor(0, ControlBatch(actions_until_ms=DECIDED + MINUTE))]
    )
    assert brief == BriefsFor(0, DECIDED + MINUTE, [])
    assert isinstance(rows, Rows)
    assert rows.table == "actions"
