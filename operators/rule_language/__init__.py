"""The language in which a pack says what a post must hold to be of a crisis type."""

from operators.rule_language.evaluation import Spans, Test, compile_rule
from operators.rule_language.parser import parse
from operators.rule_language.tree import Node, anchors, terms

__all__ = ["Node", "Spans", "Test", "anchors", "compile_rule", "parse", "terms"]
