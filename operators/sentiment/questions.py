"""Questions whether something is true (真的假的, 求证), found in a buffer of texts.

Who asks whether a thing is so has not said that it is: the words of the question carry no mood
(假 is no reproach there, 真的 no praise), and the post leans to neutral. What else the post says
counts as ever.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from operators.sentiment.cues import ASKS_FIRST, Marks
from operators.sentiment.hashing import JOIN, LIMIT, Buffer

_REALLY: Final = ord("真"), ord("的")
_TAILS: Final = np.frombuffer("假吗嗎么麼吧嘛还還PpＰ?？".encode("utf-16-le"), np.uint16)
"""真的 is on every lip; it asks when one of these follows, or 是不是 stands before it."""
_WHETHERS: Final = np.frombuffer("不否".encode("utf-16-le"), np.uint16)

_LEAD: Final = 10
"""Characters before a question that are looked at for what leads up to it."""

_ASKS: Final = r"(?:[吗嗎吧么麼嘛]|(?=[?？]))"
_WHETHER: Final = re.compile(
    # 真的假的, 真的还是假的, 是真是假, 真假难辨
    r"真的?(?:(?:还是|還是)[^。，,!！?？]{0,3}|[吗嗎么是])?(?:假|[PpＰ])的?|真还是假|真[假伪](?:难辨|不明|未知|[?？])?"
    # 真的吗, 是真吗, 是不是真的
    rf"|真{_ASKS}|真的{_ASKS}|(?<=是不是)真的?|(?<=是否)真的?|真实性"
    # 属实吗, 是否属实; 谣言吧; 求证, 求辟谣; 可信吗, 靠谱吗
    rf"|(?<=是否)[属屬][实實]|(?<=是不是)[属屬][实實]|[属屬]不[属屬][实實]|[属屬][实實]{_ASKS}"
    rf"|(?<=是不是)[谣謠]言|[谣謠]言{_ASKS}|[辟闢][谣謠]{_ASKS}|(?<=等)[辟闢][谣謠]|(?<=等官方)[辟闢][谣謠]"
    r"|求(?:个|一个|官方)?(?:[证證](?:实|實|一下)?|[辟闢][谣謠]|真相|真假)"
    r"|坐等(?:官方)?(?:出来)?(?:[辟闢][谣謠]|通报|回应|说明|真相)"
    rf"|可信{_ASKS}|靠[谱譜]{_ASKS}|靠不靠[谱譜]|可不可信"
)

_LEADS: Final = re.compile(r"(?:所以)?(?:到底|究竟)?(?:是不是|是否|会不会是|不知(?:道)?|是)?$")
"""What leads up to a question belongs to it: 所以到底是不是…"""


def find(texts: Sequence[str], buffer: Buffer, marks: Marks) -> Iterator[tuple[int, int, int]]:
    """Yield of each question the number of its text and where it begins and ends in the buffer."""
    # The second half of a pair is marked by the bit above that of the first.
    halves = marks[:-2] & (marks[1:-1] >> 1) & np.uint8(ASKS_FIRST)
    places = np.flatnonzero(halves)
    if not len(places):
        return
    first, second, third = (buffer.points[places + step] for step in range(3))
    before = buffer.points[places - 2], buffer.points[places - 1]
    really = (first == _REALLY[0]) & (second == _REALLY[1])
    asks = (
        ~really | np.isin(third, _TAILS) | np.isin(before[0], _WHETHERS) | (before[1] == ord("否"))
    )
    places = places[asks]
    rows = np.searchsorted(buffer.starts, places, "right") - 1
    starts = buffer.starts[rows] + len(JOIN)
    for row, start, place in zip(rows.tolist(), starts.tolist(), places.tolist(), strict=True):
        asked = _WHETHER.match(texts[row], place - start, LIMIT)
        if asked:
            lead = _LEADS.search(texts[row], max(0, asked.start() - _LEAD), asked.start())
            begin = lead.start() if lead else asked.start()
            yield row, start + begin, start + asked.end()
