"""What a partition remembers survives a snapshot, in few bytes."""

import pickle

import numpy as np

from operators.memory import Again, Seen, Taken

CAPACITY = 64
T0 = 1_780_000_000_000


def told(seen: Seen, names: list[int], engagement: list[int]) -> Taken:
    """Tell of posts of one moment."""
    count = len(names)
    return seen.take(
        np.array(names, np.uint64),
        np.array(engagement, np.int64),
        np.full(count, 2**40, np.int64),
        np.full(count, T0, np.int64),
        (),
    )


def test_full_and_open_generations_come_back() -> None:
    """Numbers of any size are the same after two snapshots, and what grew is known as before."""
    seen = Seen(CAPACITY)
    names = [2**64 - 1 - number for number in range(50)]
    told(seen, names, [number**4 for number in range(50)])
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(seen))))
    assert len(again) == 50
    for memory in (seen, again):
        taken = told(memory, names[:3] + names[49:], [0, 0, 17, 49**4 + 1])
        assert taken.duplicates == {0, 1}
        assert taken.again == {
            2: Again((16, 2**40, T0, 1), (17, 2**40, T0, 2)),
            3: Again((49**4, 2**40, T0, 1), (49**4 + 1, 2**40, T0, 2)),
        }
        assert not taken.new.any()


def test_a_full_generation_is_written_once() -> None:
    """The bytes of a generation that is over are kept; those of the open one are made anew."""
    seen = Seen(CAPACITY)
    told(seen, list(range(1, 7)), [0] * 6)
    before = pickle.loads(pickle.dumps(seen))
    told(before, [7], [5])
    assert len(pickle.loads(pickle.dumps(before))) == 7
    assert len(pickle.loads(pickle.dumps(seen))) == 6
