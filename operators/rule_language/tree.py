"""What a rule means: a small tree of terms and the words between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Term:
    """A string that must occur."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds (&)."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " & ".join(f"({p})" if isinstance(p, Any) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds (|)."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " | ".join(f"({p})" if isinstance(p, All) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold (!)."""

    part: "Node"

    def __str__(self) -> str:
        return f"!({self.part})"


@dataclass(frozen=True, slots=True)
class Near:
    """A term of each side with at most ``distance`` characters between them, in either order."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    distance: int

    def __str__(self) -> str:
        left, right = (" | ".join(map(str, side)) for side in (self.left, self.right))
        return f"({left}) NEAR/{self.distance} ({right})"


Node: TypeAlias = Term | All | Any | Not | Near

_WORDS: Final = """
公司 领导 产品 系统 孩子 信息 单位 资料 电话 软件 网络 整个 数据 经理
宣传 听说 老人 员工 客户 图片 一片 主任 不敢 一天 小时 账户 老板 视频
利息 资金 广告 短信 信号 基金 保险 行情 委托 同事 家人 朋友 学校 记录
申请 客服 柜台 网点 银行 存款 理财 支付 交易 业务 服务 手机 用户 合同
证券 高管 身份证
"""
_EVERYDAY: Final = frozenset(_WORDS.split())
"""Words that stand in many posts without any trouble: poor anchors, whatever their length."""


def anchors(node: Node) -> tuple[str, ...]:
    """Return terms one of which every text holds that ``node`` holds of; the rarest such choice.

    Empty when there are none, as under a negation. Longer terms are taken to be rarer.
    """
    match node:
        case Term(text):
            return (text,)
        case Any(parts):
            sides = [anchors(part) for part in parts]
            return tuple(term for side in sides for term in side) if all(sides) else ()
        case All(parts):
            return max((anchors(part) for part in parts), key=_rarity, default=())
        case Near(left, right):
            sides = [tuple(term.text for term in side) for side in (left, right)]
            return max(sides, key=_rarity)
        case Not():
            return ()


def _rarity(choice: tuple[str, ...]) -> tuple[int, int]:
    """Order choices of anchors: none is worst, then by the commonest term, then by how many."""
    return min((1 if term in _EVERYDAY else len(term) for term in choice), default=0), -len(choice)


def terms(node: Node, *, wanted: bool = True) -> Iterator[str]:
    """Yield the terms under ``node``: ``wanted`` ones only, or those that must not occur too."""
    match node:
        case Term(text):
            yield text
        case All(parts) | Any(parts):
            for part in parts:
                yield from terms(part, wanted=wanted)
        case Near(left, right):
            yield from (term.text for term in (*left, *right))
        case Not(part):
            if not wanted:
                yield from terms(part, wanted=False)
