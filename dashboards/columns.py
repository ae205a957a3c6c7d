"""Columns and lines that stand in several panels, so that they look alike wherever they do."""

from typing import Final

from dashboards import fields, theme
from dashboards.fragments import DETAIL
from dashboards.model import Override
from dashboards.theme import BAD, USUAL, WATCH

TO_DETAIL: Final = fields.to(DETAIL, "事件详情", "var-incident=${__data.fields.incident_id}")
INCIDENT_ID: Final = fields.column("incident_id", hidden=True)
"""What ``TO_DETAIL`` reads."""
LEVEL: Final = fields.column(
    "级别", width=70, mapping=[theme.LEVEL], cell="color-background", align="center"
)
STATE: Final = fields.column("状态", width=80, mapping=[theme.STATE], cell="color-text")
NEGATIVE_SHARE: Final = fields.column(
    "负面占比",
    unit="percentunit",
    decimals=0,
    width=80,
    cell="color-text",
    thresholds=theme.steps(USUAL, (0.3, WATCH), (0.5, BAD)),
)
BY_PLATFORM: Final = (
    Override("byFrameRefID", "A", {"displayName": "${__field.labels.name}"}),
    *fields.colours(theme.PLATFORM_COLOURS),
)
"""Lines named by their platform, each in its colour."""
