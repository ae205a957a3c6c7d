"""Tokens -> tree. ``!`` binds closest, then ``NEAR/n``, ``&`` and ``|``.

    客服 & (打不通 | 排队 | 推诿) & !招聘
    (取不出 | 提不了) NEAR/8 (钱 | 存款)
    $联系不上 且 非 (请问 或 怎么)

A term is written bare, or in quotes when it holds a blank or a sign. ``$name`` stands for a group
that the pack defines once.
"""

from collections.abc import Callable, Mapping
from typing import Final

from operators.errors import RuleError
from operators.rule_language.lexer import (
    AND,
    CLOSE,
    END,
    GROUP,
    NEAR,
    NOT,
    OPEN,
    OR,
    TERM,
    Token,
    tokens,
)
from operators.rule_language.tree import All, Any, Near, Node, Not, Term

LONGEST: Final = 4_000
_DEEPEST: Final = 40


def parse(source: str, groups: Mapping[str, Node] | None = None) -> Node:
    """Read a rule; raises RuleError with the place of the mistake."""
    if len(source) > LONGEST:
        msg = f"longer than {LONGEST} characters"
        raise RuleError(msg, source, LONGEST)
    parser = _Parser(source, groups or {})
    node = parser.either()
    parser.expect_end()
    if not _asks(node):
        msg = "names nothing that must occur, only what must not"
        raise RuleError(msg, source, 0)
    return node


def _asks(node: Node) -> bool:
    """Tell whether nothing is found by ``node`` in an empty text."""
    match node:
        case Not():
            return False
        case All(parts):
            return any(map(_asks, parts))
        case Any(parts):
            return all(map(_asks, parts))
    return True


class _Parser:
    def __init__(self, source: str, groups: Mapping[str, Node]) -> None:
        self.source = source
        self.groups = groups
        self.tokens = tokens(source)
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def take(self, kind: str) -> Token | None:
        token = self.now
        if token.kind != kind:
            return None
        self.at += 1
        return token

    def wrong(self, problem: str, token: Token, hint: str = "") -> RuleError:
        return RuleError(problem, self.source, token.place, hint)

    def expect_end(self) -> None:
        token = self.now
        if token.kind == CLOSE:
            msg = "a `)` without its `(`"
            raise self.wrong(msg, token)
        if token.kind != END:
            hint = "& or | between them; quotes round a term with blanks"
            msg = "two parts without a sign between them"
            raise self.wrong(msg, token, hint)

    def either(self) -> Node:
        parts = [self.every()]
        while self.take(OR):
            parts.append(self.every())
        if len(parts) == 1:
            return parts[0]
        flat = (part.parts if isinstance(part, Any) else (part,) for part in parts)
        return Any(tuple(node for nodes in flat for node in nodes))

    def every(self) -> Node:
        parts = [self.near()]
        while self.take(AND):
            parts.append(self.near())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def near(self) -> Node:
        start = self.now
        node = self.single()
        sign = self.take(NEAR)
        if sign is None:
            return node
        other = self.now
        right = self.single()
        if self.now.kind == NEAR:
            msg = "NEAR joins two sides only"
            raise self.wrong(msg, self.now, "a NEAR/5 b & b NEAR/5 c")
        return Near(self.side(node, start), self.side(right, other), sign.distance)

    def side(self, node: Node, start: Token) -> tuple[Term, ...]:
        match node:
            case Term():
                return (node,)
            case Any(parts) if all(isinstance(part, Term) for part in parts):
                return tuple(part for part in parts if isinstance(part, Term))
        hint = "a term, or terms with | between them in brackets"
        msg = "this cannot stand beside NEAR"
        raise self.wrong(msg, start, hint)

    def single(self) -> Node:
        token = self.now
        if self.take(NOT):
            return Not(self.deeper(token, self.single))
        if self.take(OPEN):
            node = self.deeper(token, self.either)
            if not self.take(CLOSE):
                if self.now.kind == END:
                    msg = "this `(` is not closed"
                    raise self.wrong(msg, token, ")")
                self.expect_end()
            return node
        if self.take(GROUP):
            node_or_none = self.groups.get(token.text)
            if node_or_none is None:
                known = "、".join(f"${name}" for name in self.groups) or "a list `groups:`"
                msg = f"no group of the name {token.text}"
                raise self.wrong(msg, token, known)
            return node_or_none
        if self.take(TERM):
            return Term(token.text.lower())
        what = "the end" if token.kind == END else f"`{token.text}`"
        msg = f"a term or `(` is missing before {what}"
        raise self.wrong(msg, token)

    def deeper(self, token: Token, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            msg = "nested too deeply"
            raise self.wrong(msg, token)
        node = read()
        self.depth -= 1
        return node
