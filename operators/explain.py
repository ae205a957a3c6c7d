"""Chinese sentences for signals and levels, made only of quantities the detector holds."""

from operators.baseline import Totals
from operators.detectors.influential_source import FOLLOWERS, LISTED, Heard
from operators.platforms import label
from operators.rules import ANY, ThresholdRule

_WINDOWS = {300_000: "5分钟", 3_600_000: "1小时", 86_400_000: "24小时"}
_MEASURES = {
    "negative": "负面提及",
    "mentions": "提及",
    "negative_share": "负面占比",
    "reach": "潜在触达",
}
_TIERS = {
    "regulator": "监管机构",
    "central_media": "中央媒体",
    "media": "媒体",
    "official": "官方账号",
    "influencer": "大V",
}


def usually(expected: float) -> str:
    """Say how many posts an hour are usual."""
    return f"平时约 {expected:.0f} 条" if expected >= 1 else "平时不足 1 条"


def _mostly(platform: str, share: float) -> str:
    return f"；其中{label(platform)} {share:.0%}" if platform else ""


def surge_sentence(
    negative: int, expected: float, days: int, percentile: float, platform: str, share: float
) -> str:
    """Explain a volume surge by the columns of its signal."""
    return (
        f"最近1小时负面提及 {negative} 条，{usually(expected)}（近{days}日平均），"
        f"高于该主体近期 {percentile * 100:.1f}% 的时段{_mostly(platform, share)}"
    )


def share_sentence(negative: int, mentions: int, usual: float, minutes: int) -> str:
    """Explain a negative-share surge."""
    return (
        f"最近{minutes}分钟 {mentions} 条提及中负面 {negative} 条，占 {negative / mentions:.0%}，"
        f"平时占比约 {usual:.0%}"
    )


def ramp_sentence(first: int, second: int, third: int, expected: float) -> str:
    """Explain an acceleration; ``expected`` is for two hours."""
    return f"负面提及每2小时由 {first} 条升至 {second} 条、再到 {third} 条，{usually(expected)}"


def voice_sentence(heard: Heard) -> str:
    """Explain what an influential source did, naming the post."""
    voice = heard.voice
    where = f"{label(voice.platform)}（{voice.name}）"
    if heard.reason == LISTED:
        if heard.rank_before:
            return f"热榜排名由第 {heard.rank_before} 位升至第 {voice.rank} 位：{where}"
        return f"登上热榜第 {voice.rank} 位：{where}"
    if heard.reason == FOLLOWERS:
        return f"粉丝 {voice.followers} 的账号发布 1 条负面内容：{where}"
    return f"{_TIERS.get(heard.reason, heard.reason)}发布 1 条负面内容：{where}"


def spread_sentence(platform: str, negative: int, usual: float, others: int) -> str:
    """Explain that a story has reached a further platform."""
    return (
        f"同一话题扩散到{label(platform)}：最近1小时该平台负面提及 {negative} 条，"
        f"{usually(usual)}；其他平台同期 {others} 条"
    )


def threshold_sentence(rule: ThresholdRule, totals: Totals, value: float) -> str:
    """Explain a threshold that was reached, naming the rule and its file."""
    held = f"，已持续 {rule.hold_ms // 60_000} 分钟" if rule.hold_ms else ""
    where = "" if rule.platform == ANY else label(rule.platform)
    where += "" if rule.tier == ANY else _TIERS.get(rule.tier, rule.tier)
    if rule.measure == "rank":
        return (
            f"最近{_WINDOWS[rule.window_ms]}{where}热榜最高第 {value:.0f} 位，"
            f"达到规则 {rule.where} 的阈值第 {rule.at_most} 位{held}"
        )
    share = rule.measure == "negative_share"
    shown = f"{value:.0%}" if share else f"{value:.0f}"
    limit = f"{rule.at_least:.0%}" if share else f"{rule.at_least:g}"
    return (
        f"最近{_WINDOWS[rule.window_ms]}{where}{_MEASURES[rule.measure]} {shown}"
        f"（共 {totals.mentions} 条提及），达到规则 {rule.where} 的阈值 {limit}{held}"
    )
