"""What replies and reposts inherit from the post they hang on."""

from typing import Final, NamedTuple

from operators.memory import Remembered
from operators.model import GENERAL, Attribution, Sentiment
from operators.reading import Post

_NOTHING: Final = Sentiment(0, 0.0, 0.0)


class Root(NamedTuple):
    """What replies inherit from the post they hang on."""

    attributions: tuple[Attribution, ...]
    sentiment: Sentiment


class Threads(Remembered[Root]):
    """The posts about a subject that others may hang on, by identity."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, Root)

    def read(self, post: Post) -> tuple[tuple[Attribution, ...], Sentiment, bool]:
        """Return attributions, tone, and whether the attributions are those of its root.

        A post has its own where it has any.
        """
        found, own = post.attributions, post.sentiment or _NOTHING
        if not post.root_key:
            return found, own, False
        root = self.get(post.root_key)
        if found:
            return _named_by(root, found) if root else found, own, False
        if root is None:
            return (), own, False
        return root.attributions, post.sentiment or root.sentiment, True


def _named_by(root: Root, found: tuple[Attribution, ...]) -> tuple[Attribution, ...]:
    """Return what a reply speaks of: where it names a subject but no trouble, the root's."""
    troubles = {one.subject: one for one in root.attributions if one.crisis_type != GENERAL}
    return tuple(
        troubles.get(one.subject, one) if one.crisis_type == GENERAL else one for one in found
    )
