"""Foreign text made fit to be shown: cleaned, cut and with authors half hidden."""

import re
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Control characters, and marks that turn the writing direction of what follows."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_GAP: Final = re.compile("【待填[：:][^】]*】")


def clean(text: str) -> str:
    r"""Take out what cannot be seen, keep line breaks; a lone surrogate becomes ``\ufffd``.

    >>> clean("a\x00b\u202ec")
    'abc'
    """
    return _SURROGATE.sub("\ufffd", _UNSEEN.sub("", text))


def cut(text: str, limit: int) -> str:
    """Cut to ``limit`` characters on one line, the last one an ellipsis when something is lost.

    >>> cut("一二三四五", 4)
    '一二三…'
    """
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def author(name: str, verified: bool) -> str:
    """Hide a private person's name but for its first sign; verified accounts are public.

    >>> author("爱吃鱼的小王", verified=False), author("财经日报", verified=True)
    ('爱**', '财经日报')
    """
    shown = cut(name, 20)
    if not shown:
        return "匿名"
    return shown if verified else f"{shown[0]}**"


def with_gaps(statement: str) -> Markup:
    """Escape a statement draft and mark every ``【待填：…】`` so that nobody overlooks it."""
    text = clean(statement)
    parts: list[Markup] = []
    position = 0
    for gap in _GAP.finditer(text):
        parts.append(Markup.escape(text[position : gap.start()]))
        parts.append(Markup('<mark class="gap">{}</mark>').format(gap.group()))
        position = gap.end()
    parts.append(Markup.escape(text[position:]))
    return Markup("").join(parts)


def safe_link(url: str) -> tuple[str, str]:
    """Give a link that may be followed and the host it leads to; both empty when it is none.

    >>> safe_link("https://weibo.com@evil.example/a"), safe_link("javascript:alert(1)")
    (('https://weibo.com@evil.example/a', 'evil.example'), ('', ''))
    """
    bare = clean(url).strip()
    try:
        parts = urlsplit(bare)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return (bare, host) if parts.scheme in ("http", "https") and host else ("", "")
