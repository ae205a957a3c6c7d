"""The packs a desk works with, and the crisis types of the industries it monitors."""

from collections.abc import Sequence

from flows.settings_schema import Settings
from operators.model import CrisisType, Subject
from playbooks.schema import Pack


def read_packs(settings: Settings) -> tuple[Pack, ...]:
    """Load the packs the settings name, or those shipped."""
    from playbooks.loader import load_packs

    return load_packs(settings.packs or None)


def crisis_types(packs: Sequence[Pack], subjects: Sequence[Subject]) -> tuple[CrisisType, ...]:
    """List the types of the industries that are monitored."""
    industries = {subject.industry for subject in subjects}
    return tuple(
        kind for pack in packs if pack.industry in industries for kind in pack.crisis_types
    )
