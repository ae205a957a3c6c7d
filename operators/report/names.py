"""Ids as words: what the store calls by id, a reader sees in Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from operators.model import GENERAL, LEVEL_NAMES, STAGE_NAMES
from playbooks.schema import PLATFORM_NAMES

STATES: Final = {
    "open": "进行中",
    "resolved": "已处置",
    "closed": "已结束",
    "merged": "已并入",
    "false_alarm": "误报",
}
EVENTS: Final = {
    "opened": "开启",
    "signal": "信号",
    "level": "级别",
    "stage": "阶段",
    "action": "处置动作",
    "reopened": "重新开启",
    "closed": "结束",
    "held": "暂不立案",
    "merged": "并入其他事件",
}
ACTIONS: Final = {
    "acknowledge": "确认",
    "assign": "指派",
    "statement": "发布声明",
    "resolve": "处置完毕",
    "false_alarm": "标为误报",
    "merge": "合并",
    "override": "改选预案",
    "verify": "核实结论",
    "note": "备注",
    "task_done": "任务完成",
    "task_waive": "任务免办",
    "clock_done": "已按时限报告",
    "clock_waive": "时限免报",
    "relabel": "更正判读",
}
OUTCOMES: Final = {
    "applied": "已生效",
    "unknown_incident": "查无此事件",
    "closed_incident": "事件已结束",
    "missing_evidence": "缺少证据链接",
    "unknown_target": "查无合并目标",
    "unknown_task": "查无此任务或时限",
    "too_old_for_metrics": "帖子过旧，不改统计",
    "invalid": "无效",
}
DETECTORS: Final = {
    "volume_surge": "负面声量突增",
    "negative_share": "负面占比异常",
    "threshold": "阈值规则",
    "acceleration": "负面持续升温",
    "influential_source": "重要信源发声",
    "cross_platform": "跨平台扩散",
}
POLARITIES: Final = {-1: "负面", 0: "中性", 1: "正面"}
KINDS: Final = {
    "post": "帖子",
    "repost": "转发",
    "comment": "评论",
    "article": "文章",
    "video": "视频",
    "hotlist": "热榜",
}

REASONS: Final = {
    "bad_id": "编号不可用",
    "bad_time": "时间无法识别",
    "bad_type": "字段类型不对",
    "empty": "没有内容",
    "missing_platform": "缺少平台",
    "missing_time": "缺少发布时间",
    "no_mention_field": "条目中没有提及",
    "not_an_object": "不是 JSON 对象",
    "not_json": "不是 JSON",
    "published_in_future": "发布时间在未来",
    "too_large": "超出大小上限",
}

_WORDS: Final = {**ACTIONS, **DETECTORS, **LEVEL_NAMES, **STAGE_NAMES, **STATES}


def word(value: str) -> str:
    """Name a state, level, stage, action or detector in Chinese, with what follows it.

    >>> word("severe"), word("assign 王敏"), word("不实")
    ('严重', '指派 王敏', '不实')
    """
    head, blank, rest = value.partition(" ")
    return _WORDS.get(value, _WORDS.get(head, head) + blank + rest)


def act(after: str) -> str:
    """Name what a person did, as an incident's changes tell it: an action, or what was verified.

    >>> act("acknowledge"), act("属实")
    ('确认', '核实：属实')
    """
    return word(after) if after.partition(" ")[0] in ACTIONS else f"核实：{after}"


@dataclass(frozen=True, slots=True)
class Names:
    """Chinese names of what the user configured; an id without a name is shown as it is.

    ``crisis_type`` is keyed by (industry, id), since ids are unique within an industry only;
    ``industry`` tells the industry of a subject; ``aliases`` its other names, which are no news
    in a list of its top phrases. A platform without a name here has its common one.
    """

    subject: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    industry: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    crisis_type: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    platform: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def subject_name(self, subject: str) -> str:
        """Name of a subject."""
        return self.subject.get(subject, subject)

    def type_name(self, subject: str, crisis_type: str) -> str:
        """Name of a crisis type in the industry of the subject."""
        if crisis_type == GENERAL:
            return "日常提及"
        return self.crisis_type.get((self.industry.get(subject, ""), crisis_type), crisis_type)

    def platform_name(self, platform: str) -> str:
        """Name of a platform."""
        return self.platform.get(platform, PLATFORM_NAMES.get(platform, platform))

    def own_words(self, subject: str) -> tuple[str, ...]:
        """Every name of the subject itself."""
        return (self.subject_name(subject), *self.aliases.get(subject, ()))
