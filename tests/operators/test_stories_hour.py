"""Authors and copies of an hour: hints at a paid campaign."""

from typing import Any

from operators.model import BIN, GENERAL, HOUR
from operators.stories import Stories
from operators.stories_hour import Crowd
from operators.stories_post import CONFIRMS, DENIES, Marks, Told

T0 = 1_760_054_400_000
SKETCH = bytes(range(32))


def told(number: int, author: int, **marks: Any) -> Told:
    """Return a negative post of an author."""
    return Told(
        T0 + number, "weibo", f"p{number}", number, -1, 10, False, 0, Marks(author=author, **marks)
    )


def test_authors_copies_and_the_loudest_of_the_hour() -> None:
    """The hour that ends with the bin is counted, what is older is not."""
    crowd, stories = Crowd(), Stories()
    for number, author in enumerate((1, 1, 1, 2, 0, 0)):
        one = told(number, author, sketch=SKETCH)
        crowd.count(one, stories.tell(False, "bank", "run", one), "run")
    stat = crowd.close(T0)
    assert (stat.authors_1h, stat.copies_1h, stat.top_author_1h) == (4, 5, 3)
    assert stat.stories == (0,)
    crowd.count(told(9, 2), None, "run")
    stat = crowd.close(T0 + BIN)
    assert (stat.authors_1h, stat.copies_1h, stat.top_author_1h) == (4, 5, 3)
    stat = crowd.close(T0 + HOUR)
    assert (stat.authors_1h, stat.copies_1h, stat.top_author_1h) == (1, 0, 1)
    assert crowd.close(T0 + 2 * HOUR).authors_1h == 0


def test_tiers_doubts_and_official_words_are_of_the_bin() -> None:
    """The highest tier that is not praising, how many doubt, and who denies or confirms."""
    crowd = Crowd()
    crowd.count(told(1, 1, tier="ordinary", questioning=True), None, "run")
    crowd.count(told(2, 2, tier="media"), None, "run")
    crowd.count(told(3, 3, tier="official", stance=DENIES), None, "run")
    crowd.count(told(4, 4, tier="official", stance=CONFIRMS), None, "run")
    happy = told(5, 5, tier="regulator")
    crowd.count(Told(T0, "weibo", "p5", 5, 1, 10, False, 0, happy.marks), None, "run")
    calm = Told(T0, "weibo", "p6", 6, 0, 10, False, 0, Marks(tier="central_media"))
    crowd.count(calm, None, GENERAL)
    stat = crowd.close(T0)
    assert (stat.questioning, stat.top_tier) == (1, "media")
    assert (stat.denials, stat.confirmations) == (("weibo/p3",), ("weibo/p4",))
    stat = crowd.close(T0 + BIN)
    assert (stat.questioning, stat.top_tier, stat.denials) == (0, "", ())
