"""Weak labels: what people meant by a post, told by the emoticons they put to it.

A post whose emoticons are all on one side is taken for that side, and the emoticons are cut out, so
that the words have to carry the mood. Quoted posts are cut off: they are somebody else's mood.
"""

import re
from collections.abc import Iterable
from typing import Final

import numpy as np

from operators.sentiment.corpora import NEGATIVE, POSITIVE, Corpus

_EMOTICON: Final = re.compile(r"\[([^\[\]\s]{1,6})\]")
_QUOTED: Final = "//@"
_NOISE: Final = re.compile(r"[\W_]+")
_SHORTEST: Final = 4
_KEY: Final = 40

_BAD: Final = (
    "怒 泪 衰 鄙视 抓狂 怒骂 吐 悲伤 失望 伤心 委屈 可怜 哼 黑线 生病 弱 骂 打脸 大哭 流泪"
    " 发怒 闭嘴 白眼 阴险 左哼哼 右哼哼 愤怒 吓 感冒 崩溃"
)
_GOOD: Final = (
    "爱你 嘻嘻 鼓掌 太开心 赞 good 耶 可爱 亲亲 花心 给力 礼物 蛋糕 鲜花 酷 ok 抱抱 憨笑"
    " 挤眼 害羞 haha 玫瑰 呲牙 愉快 庆祝 加油 爱心 比心 握手 送花花 赞啊 哈哈哈"
)
"""Emoticons that are often meant ironically ([哈哈], [偷笑], [心], [蜡烛]) are in neither list."""


def label(posts: Iterable[str], name: str) -> Corpus:
    """Make a corpus of the posts whose emoticons agree; copies count once."""
    bad_ones, good_ones = frozenset(_BAD.split()), frozenset(_GOOD.split())
    seen: set[str] = set()
    labels: list[int] = []
    texts: list[str] = []
    for post in posts:
        own = post.split(_QUOTED, 1)[0]
        used = set(_EMOTICON.findall(own))
        bad, good = bool(used & bad_ones), bool(used & good_ones)
        if bad == good:
            continue
        text = _EMOTICON.sub("", own).strip()
        key = _NOISE.sub("", text)[:_KEY]
        if len(key) < _SHORTEST or key in seen:
            continue
        seen.add(key)
        labels.append(NEGATIVE if bad else POSITIVE)
        texts.append(text)
    return Corpus(name, np.array(labels, np.int8), tuple(texts))
