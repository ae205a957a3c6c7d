"""Where an incident stands in its life: 萌芽, 扩散, 高潮, 消退.

Told by growth and by position against the incident's own peak hour; it moves forward only, but for
a fading incident that rises to its peak again.
"""

from operators.model import HOUR, STAGES


def stage_of(current: str, negative_1h: int, previous_1h: int, peak: int, age_ms: int) -> str:
    """Return the stage after an hour with ``negative_1h`` negative posts."""
    growing = negative_1h > 1.15 * previous_1h
    near_peak = negative_1h >= 0.8 * peak
    if negative_1h < 0.5 * peak and not growing:
        wanted = "fading"
    elif near_peak and not growing and age_ms >= HOUR:
        wanted = "peak"
    elif growing and (age_ms >= HOUR // 2 or current != "emerging"):
        wanted = "spreading"
    else:
        wanted = current
    if current == "fading":
        return "spreading" if growing and near_peak else current
    return max(current, wanted, key=STAGES.index)
