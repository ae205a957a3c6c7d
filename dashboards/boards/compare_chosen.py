"""Which subjects 主体与行业对比 is about, and what they are called."""

from typing import Final

from dashboards.model import Override

OF: Final = "$__conditionalAll(s.industry IN (${industry:singlequote}), $industry)"
_AND: Final = "$__conditionalAll(s.subject IN (${subject:singlequote}), $subject)"
CHOSEN: Final = f"subject IN (SELECT s.subject FROM v_subjects AS s WHERE {OF} AND {_AND})"
NAMED: Final = "LEFT JOIN v_subjects AS s ON m.subject = s.subject"
BY_LABEL: Final = Override(
    "byFrameRefID",
    "A",
    {"displayName": "${__field.labels.name}", "color": {"mode": "palette-classic-by-name"}},
)
