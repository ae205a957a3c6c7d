"""The tiles on top of 事件详情: level, stage, state, delays, who has it."""

from typing import Final

from dashboards import panels, theme
from dashboards.fragments import THIS
from dashboards.theme import BAD, GOOD, USUAL, WATCH


def _fact(expression: str, name: str) -> str:
    return f"SELECT {expression} AS `{name}` FROM v_incident_board WHERE {THIS}"


LEVEL: Final = panels.stat(
    1,
    "级别",
    "事件当前级别。",
    _fact("level", "级别"),
    unit="none",
    text=True,
    mappings=[theme.LEVEL],
)
STAGE: Final = panels.stat(
    2,
    "阶段",
    "事件当前阶段：萌芽、扩散、高潮、消退。",
    _fact("stage", "阶段"),
    unit="none",
    text=True,
    mappings=[theme.STAGE],
    fill=False,
)
STATE: Final = panels.stat(
    3,
    "状态",
    "进行中、已处置、已结束、已并入或误报。",
    _fact("state", "状态"),
    unit="none",
    text=True,
    mappings=[theme.STATE],
    fill=False,
)
SEVERITY: Final = panels.stat(
    4,
    "严重度",
    "0 到 100，为各因子得分之和。",
    _fact("severity", "严重度"),
    unit="none",
    decimals=0,
    thresholds=theme.SEVERITY,
    fill=False,
)
DELAY: Final = panels.stat(
    5,
    "检测延迟",
    "从估计的起点到发现的分钟数。",
    _fact("delay_s / 60", "延迟"),
    unit="suffix: 分",
    decimals=0,
    thresholds=theme.steps(GOOD, (10, WATCH), (60, BAD)),
    fill=False,
)
SEEN: Final = panels.stat(
    6,
    "确认用时",
    "从发现到有人确认的分钟数；未确认时显示待确认。",
    f"SELECT acknowledge_s / 60 AS `用时` FROM v_incident_times WHERE {THIS}",
    unit="suffix: 分",
    decimals=0,
    thresholds=theme.steps(GOOD, (15, WATCH), (60, BAD)),
    mappings=[theme.special("null", "待确认", BAD)],
    fill=False,
)
VERIFIED: Final = panels.stat(
    7,
    "核实结论",
    "只由人给出：未核实、属实、部分属实或不实。",
    _fact("verification", "核实"),
    unit="none",
    text=True,
    fill=False,
    thresholds=theme.steps(USUAL),
)
OWNER: Final = panels.stat(
    8,
    "负责人",
    "事件指派给谁。",
    _fact("if(owner = '', '未指派', owner)", "负责人"),
    unit="none",
    text=True,
    fill=False,
    thresholds=theme.steps(USUAL),
    mappings=[theme.values({"未指派": "未指派"}, {"未指派": WATCH})],
)
