"""What a bin held of a key, as the store and the incident desk are told of it."""

from operators.findings import Closing
from operators.phrases_focus import Focus
from operators.watched import BinStat


def stat_of(
    one: Closing, bin_ms: int, score: float, *, followed: bool, focus: Focus | None
) -> BinStat:
    """Sum up the bin of a key; closes what its posts were told by."""
    state, hour = one.state, one.hour
    crowd = state.crowd.close(bin_ms)
    platform, most = hour.top
    return BinStat(
        *one.key,
        bin_ms,
        float(state.observed),
        one.expected,
        score,
        one.totals,
        state.positive,
        hour.totals.mentions,
        hour.totals.negative,
        one.usual_share,
        followed,
        tuple(sorted(state.platforms.items())),
        state.heaviest_1h(),
        top_platform=platform,
        top_platform_1h=most,
        baseline_days=one.days,
        questioning=crowd.questioning,
        authors_1h=crowd.authors_1h,
        copies_1h=crowd.copies_1h,
        top_author_1h=crowd.top_author_1h,
        top_tier=crowd.top_tier,
        denials=crowd.denials,
        confirmations=crowd.confirmations,
        stories=crowd.stories,
        focus=focus,
    )
