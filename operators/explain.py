"""Chinese sentences for signals and levels, made only of quantities the detector holds."""

from operators.baseline import Totals
from operators.rules import ThresholdRule

_WINDOWS = {300_000: "5 分钟", 3_600_000: "1 小时", 86_400_000: "24 小时"}
_MEASURES = {
    "negative": "负面提及",
    "mentions": "提及",
    "negative_share": "负面占比",
    "reach": "潜在触达",
}


def usually(expected: float) -> str:
    """Say how many posts an hour are usual."""
    return f"平时约 {expected:.0f} 条" if expected >= 1 else "平时不足 1 条"


def surge_sentence(negative: int, expected: float, score: float) -> str:
    """Explain a volume surge."""
    return (
        f"最近 1 小时负面提及 {negative} 条，{usually(expected)}，"
        f"异常程度为该主题自身 99.5% 分位的 {score:.1f} 倍"
    )


def share_sentence(negative: int, mentions: int, usual: float) -> str:
    """Explain a negative-share surge."""
    return (
        f"最近 1 小时 {mentions} 条提及中负面 {negative} 条，占 {negative / mentions:.0%}，"
        f"平时占比约 {usual:.0%}"
    )


def threshold_sentence(rule: ThresholdRule, totals: Totals, value: float) -> str:
    """Explain a threshold that was reached, naming the rule."""
    shown = f"{value:.0%}" if rule.measure == "negative_share" else f"{value:.0f}"
    limit = f"{rule.at_least:.0%}" if rule.measure == "negative_share" else f"{rule.at_least:g}"
    return (
        f"最近 {_WINDOWS[rule.window_ms]}{_MEASURES[rule.measure]} {shown}"
        f"（共 {totals.mentions} 条提及），达到规则 {rule.id} 的阈值 {limit}"
    )
