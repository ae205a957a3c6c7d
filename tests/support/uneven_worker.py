"""A worker whose partitions are read at very different speeds."""

import dataclasses
import sys

from typing_extensions import override

from flows import redis_source, worker

RATES = (0, 60_000, 12_000, 6_000, 3_000)


class UnevenSource(redis_source.MentionSource):
    """Gives every partition a throttle of its own."""

    @override
    def build_part(
        self, step_id: str, for_part: str, resume_state: bytes | None
    ) -> redis_source.MentionPartition:
        rate = RATES[int(for_part) % len(RATES)]
        options = dataclasses.replace(self._options, max_per_second=rate)
        client = self._connect()
        return redis_source.MentionPartition(
            client, int(for_part), options, resume_state, self._rules
        )


if __name__ == "__main__":
    vars(redis_source)["MentionSource"] = UnevenSource
    sys.exit(worker.main())
