"""Publishing sends what changed, withdraws what is gone, and counts from the right moment."""

import dataclasses

import pytest
from redis import Redis

from flows.publish import (
    count_from_start,
    current_versions,
    publish,
    publish_now,
    read_stream,
)
from flows.stream_writer import READ
from flows.streams import write_meta
from operators.control import PLAYBOOKS
from operators.reading import entry_name, entry_number
from playbooks.schema import Pack, content_hash
from tests.support.redis_servers import redis_ms

STAMP_MS = 1_780_000_000_000


def edited(packs: tuple[Pack, ...], playbook_id: str) -> tuple[Pack, ...]:
    """Change the title of one playbook."""
    return tuple(
        dataclasses.replace(
            pack,
            playbooks=tuple(
                dataclasses.replace(one, title=f"{one.title}（修订）")
                if one.id == playbook_id
                else one
                for one in pack.playbooks
            ),
        )
        for pack in packs
    )


def ids(client: "Redis") -> list[str]:
    """Return the ids of all entries."""
    return [entry_name(entry_number(entry_id)) for entry_id, _fields in read_stream(client)]


def stamps(client: "Redis") -> list[int]:
    """Return the times of all playbook entries."""
    return [
        entry_number(entry_id) >> 20
        for entry_id, fields in read_stream(client)
        if fields[0] == b"playbook"
    ]


def test_all_the_first_time_then_nothing(redis: "Redis", packs: tuple[Pack, ...]) -> None:
    """Everything is put in once; publishing the same again adds no entry."""
    playbooks = [one for pack in packs for one in pack.playbooks]
    first = publish(redis, packs)
    assert set(first.put) == {one.id for one in playbooks}
    assert (first.retired, first.same) == ((), 0)
    again = publish(redis, packs)
    assert (again.put, again.retired, again.same) == ((), (), len(playbooks))
    assert redis.xlen(PLAYBOOKS) == len(playbooks)
    assert current_versions(read_stream(redis)) == {one.id: content_hash(one) for one in playbooks}


def test_only_what_changed(redis: "Redis", packs: tuple[Pack, ...]) -> None:
    """An edited playbook is put in with its new version; back again is a change too."""
    publish(redis, packs)
    before = current_versions(read_stream(redis))
    changed = edited(packs, "banking.general")
    assert publish(redis, changed).put == ("banking.general",)
    after = current_versions(read_stream(redis))
    assert {name for name in before if before[name] != after[name]} == {"banking.general"}
    assert publish(redis, packs).put == ("banking.general",)
    assert current_versions(read_stream(redis)) == before


def test_what_is_gone_is_withdrawn(redis: "Redis", packs: tuple[Pack, ...]) -> None:
    """A playbook that is in no pack any more is withdrawn once, unless told not to."""
    publish(redis, packs)
    kept, *others = packs
    assert publish(redis, others, retire=False).retired == ()
    gone = tuple(sorted(one.id for one in kept.playbooks))
    assert publish(redis, others).retired == gone
    assert publish(redis, others).retired == ()
    assert not set(gone) & set(current_versions(read_stream(redis)))
    assert set(publish(redis, packs).put) == set(gone)


def test_at_a_time_of_the_stream(redis: "Redis", packs: tuple[Pack, ...]) -> None:
    """Entries get the given time, and one behind what is there when that is later."""
    publish(redis, packs, STAMP_MS)
    assert set(stamps(redis)) == {STAMP_MS}
    publish(redis, edited(packs, "banking.general"), STAMP_MS + 60_000)
    assert stamps(redis)[-1] == STAMP_MS + 60_000
    publish(redis, packs, STAMP_MS)
    assert stamps(redis)[-1] == STAMP_MS + 60_000
    assert len(set(ids(redis))) == len(ids(redis))


@pytest.mark.parametrize("clock", [None, "live"])
def test_now_by_redis_clock(redis: "Redis", packs: tuple[Pack, ...], clock: str | None) -> None:
    """With a live clock, or before anybody has set one, now is Redis' own time."""
    if clock == "live":
        write_meta(redis, 4, "live")
    before = redis_ms(redis)
    publish_now(redis, packs)
    assert all(before <= stamp <= redis_ms(redis) for stamp in stamps(redis))


def test_for_all_of_a_replay(redis: "Redis", packs: tuple[Pack, ...]) -> None:
    """With a stream clock and nothing read yet, playbooks hold for posts of any age."""
    write_meta(redis, 4, "stream")
    publish_now(redis, packs)
    assert set(stamps(redis)) == {0}
    publish_now(redis, edited(packs, "banking.general"))
    assert set(stamps(redis)) == {0}
    versions = current_versions(read_stream(redis))
    (changed,) = (
        one
        for pack in edited(packs, "banking.general")
        for one in pack.playbooks
        if one.id == "banking.general"
    )
    assert versions["banking.general"] == content_hash(changed)


def test_for_all_of_a_replay_that_was_collected_first(
    redis: "Redis", packs: tuple[Pack, ...]
) -> None:
    """The end mark that `collect --end` has left does not push the playbooks behind it."""
    write_meta(redis, 4, "stream")
    redis.xadd(PLAYBOOKS, {"end": str(STAMP_MS)}, id=f"{STAMP_MS}-0")
    publish_now(redis, packs)
    assert set(stamps(redis)) == {0}
    assert ids(redis)[-1] == f"{STAMP_MS}-0"


def test_from_where_a_replay_has_come_to(redis: "Redis", packs: tuple[Pack, ...]) -> None:
    """While a replay is read, a change counts from the latest entry that was read."""
    write_meta(redis, 4, "stream")
    publish_now(redis, packs)
    redis.hset(READ, mapping={"0": f"{STAMP_MS}-0", "1": f"{STAMP_MS + 5_000}-3", "2": "0-0"})
    publish_now(redis, edited(packs, "banking.general"))
    assert stamps(redis)[-1] == STAMP_MS + 5_000
    assert set(stamps(redis)[:-1]) == {0}


def test_count_from_start_keeps_everything(redis: "Redis", packs: tuple[Pack, ...]) -> None:
    """Only the times change: order, versions and withdrawals stay as they are."""
    publish(redis, packs)
    publish(redis, edited(packs, "banking.general"))
    publish(redis, packs[1:])
    before = [fields for _id, fields in read_stream(redis)]
    count_from_start(redis)
    assert [fields for _id, fields in read_stream(redis)] == before
    assert set(stamps(redis)) == {0}


def test_nothing_published_stays_nothing(redis: "Redis") -> None:
    """An empty stream is left alone."""
    count_from_start(redis)
    assert not redis.exists(PLAYBOOKS)
    assert read_stream(redis) == []
