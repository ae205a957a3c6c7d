"""The examples in docstrings are true."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _with_examples() -> list[str]:
    """Return the modules that have an example in a docstring."""
    found = []
    for folder in ("operators", "flows", "playbooks", "sql", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            docstrings = (
                ast.get_docstring(node) or ""
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            )
            if any(">>> " in docstring for docstring in docstrings):
                found.append(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return found


@pytest.mark.parametrize("module", _with_examples())
def test_examples_are_true(module: str) -> None:
    """Each example gives what the docstring says it gives."""
    results = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert results.attempted > 0
    assert results.failed == 0
