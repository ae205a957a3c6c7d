"""Human words on their way: to each shard, and labels as rows."""

from typing import Any

from flows.incident_rows import action_row
from flows.messages import LIBRARY, ForShard, RelabelsFor
from flows.tables import Rows
from operators.acts import APPLIED, INVALID
from operators.control import ControlBatch
from operators.incident_parts import FALSE_ALARM
from operators.reading import entry_number
from operators.relabel import RELABEL, TOO_OLD, Relabel, read_relabel, too_old
from operators.rulings import ActionOutcome


def relabels_for(batch: ControlBatch, shards: int) -> list[tuple[str, ForShard]]:
    """Return what each shard has to know of a batch; every shard hears how far it was read."""
    found = tuple(
        one
        for action in batch.actions
        if action.kind == RELABEL and (one := read_relabel(action)) is not None
    )
    words = tuple(action for action in batch.actions if action.kind == FALSE_ALARM)
    if not found and not words and not batch.actions_until_ms:
        return []
    until = batch.actions_until_ms
    return [(str(shard), RelabelsFor(shard, found, until, words)) for shard in range(shards)]


def label_rows(batch: ControlBatch, generation_ms: int, keep_ms: int) -> list[tuple[str, Rows]]:
    """Return the rows of labels and what became of the actions."""
    labels: list[tuple[Any, ...]] = []
    outcomes: list[tuple[Any, ...]] = []
    for action in batch.actions:
        if action.kind != RELABEL:
            continue
        relabel = read_relabel(action)
        if relabel is None:
            outcomes.append(action_row(ActionOutcome(action, "", 0, INVALID)))
            continue
        outcome = TOO_OLD if too_old(relabel, generation_ms, keep_ms) else APPLIED
        outcomes.append(action_row(ActionOutcome(action, "", relabel.effective_ms, outcome)))
        labels.append(_label_row(relabel))
    found = (("labels", labels), ("actions", outcomes))
    return [(LIBRARY, Rows(table, rows)) for table, rows in found if rows]


def _label_row(relabel: Relabel) -> tuple[Any, ...]:
    action, label = relabel.action, relabel.label
    return (
        action.exercise,
        relabel.post.platform,
        relabel.post.id,
        action.action_id,
        action.at_ms,
        action.actor,
        label.polarity,
        label.crisis_type,
        label.subject,
        label.noise,
        entry_number(action.action_id.encode()),
    )
