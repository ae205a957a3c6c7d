"""Values -> the page: one HTML file that needs no network, no script and no font of its own."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from operators.model import LEVEL_NAMES, STAGE_NAMES
from operators.report import moments, names, wording
from operators.report.data import ReportData
from operators.report.names import Names
from operators.report.truth import TruthRow
from operators.report.view import page_of


def render(data: ReportData, naming: Names, truth: Sequence[TruthRow] = ()) -> str:
    """Render the report as an HTML document; with ``truth``, also what was found and missed."""
    return _template().render(page=page_of(data, naming, truth), names=naming)


@lru_cache(maxsize=1)
def _template() -> Template:
    folder = files("operators.report")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters.update(
        stamp=moments.stamp,
        full=moments.full_stamp,
        short=moments.short_stamp,
        span=moments.span,
        count=moments.count,
        figure=moments.figure,
        percent=moments.percent,
        cut=wording.cut,
        author=wording.author,
        gaps=wording.with_gaps,
        word=names.word,
    )
    environment.globals.update(
        level_names=LEVEL_NAMES,
        stage_names=STAGE_NAMES,
        state_names=names.STATES,
        event_names=names.EVENTS,
        action_names=names.ACTIONS,
        outcome_names=names.OUTCOMES,
        detector_names=names.DETECTORS,
        kind_names=names.KINDS,
        polarity_names=names.POLARITIES,
        reason_names=names.REASONS,
        style=Markup(folder.joinpath("page.css").read_text(encoding="utf-8")),
    )
    source = folder.joinpath("page.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source)


def _shown(value: Any) -> Any:
    """Let nothing unseen reach the page, whatever text it comes from."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return wording.clean(value)
    return value
