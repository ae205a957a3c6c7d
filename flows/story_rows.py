"""Stories, copies, phrases and representative posts to rows of their tables."""

from typing import Any

from operators.model import SECOND
from operators.rulings import FocusFound
from operators.stories import Copy, Story


def story_row(story: Story) -> tuple[Any, ...]:
    """Row of ``stories``."""
    return (
        story.exercise,
        story.subject,
        story.id,
        story.crisis_type,
        story.first_ms,
        story.last_ms,
        story.posts,
        story.authors,
        story.platforms or [],
        story.negative,
        story.reach,
        story.posts,
    )


def copy_row(copy: Copy) -> tuple[Any, ...]:
    """Row of ``copies``."""
    return (*copy, 1)


def phrase_rows(found: FocusFound) -> list[tuple[Any, ...]]:
    """Rows of ``phrases``: one a phrase."""
    focus = found.focus
    return [
        (
            *_window(found),
            phrase.text,
            phrase.posts,
            phrase.negative,
            phrase.score,
            focus.posts,
            focus.step,
        )
        for phrase in focus.phrases
    ]


def representative_rows(found: FocusFound) -> list[tuple[Any, ...]]:
    """Rows of ``representatives``: one a post."""
    focus = found.focus
    return [
        (*_window(found), place, *typical, focus.posts, focus.step)
        for place, typical in enumerate(focus.typical, 1)
    ]


def _window(found: FocusFound) -> tuple[Any, ...]:
    hour = found.focus.hour_ms // SECOND
    return found.exercise, found.subject, found.crisis_type, found.incident_id, hour
