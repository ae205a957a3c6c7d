"""Two versions of a playbook, told apart field by field and line by line."""

import difflib
from collections.abc import Iterator
from typing import Any

from playbooks.schema import Playbook, content_hash, playbook_to_dict


def differences(before: Playbook, after: Playbook) -> list[str]:
    """Return the lines of a unified difference, grouped by field; empty when nothing differs."""
    if content_hash(before) == content_hash(after):
        return []
    old, new = (dict(_flat("", playbook_to_dict(one))) for one in (before, after))
    lines = [f"--- {before.id} {content_hash(before)}", f"+++ {after.id} {content_hash(after)}"]
    for path in dict.fromkeys([*old, *new]):
        was, now = old.get(path), new.get(path)
        if was == now:
            continue
        lines.append(f"@@ {path}")
        ours = was.split("\n") if was is not None else []
        theirs = now.split("\n") if now is not None else []
        lines += [
            line
            for line in difflib.ndiff(ours, theirs)
            if line.startswith(("- ", "+ ")) and line[2:]
        ]
    return lines


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield path and text of every value below ``value``; an empty list or text is left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list | tuple):
        if all(isinstance(inner, str) for inner in value):
            if value:
                yield path, "\n".join(value)
            return
        for number, inner in enumerate(value):
            name = inner.get("id") if isinstance(inner, dict) else ""
            yield from _flat(f"{path}[{name or number}]", inner)
    elif value not in ("", None):
        yield path, str(value)
