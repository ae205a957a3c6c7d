"""The step that judges the feeds: one key, for there are few platforms and streams."""

from typing import Final

from typing_extensions import override

from flows.rows import feed_row
from flows.step import Emitted, Step
from flows.tables import Rows
from operators.feeds import Arrivals, Feeds

FEEDS: Final = "feeds"


class FeedStep(Step[Arrivals, Rows, Feeds]):
    """Freshness of every platform and stream, every five minutes and at each change."""

    def __init__(self, partitions: int, snapshot: bytes | None) -> None:
        super().__init__(snapshot)
        self._partitions = partitions

    @override
    def on_batch(self, values: list[Arrivals]) -> Emitted[Rows]:
        feeds = self.state or Feeds(self._partitions)
        self.state = feeds
        found = [feed_row(one) for one in feeds.feed(values)]
        return [Rows("feeds", found)] if found else [], self.RETAIN
