"""Rules in ``pack.yaml``: read with the types, mistakes shown at their place."""

from pathlib import Path

import pytest

from operators.errors import PackError
from operators.match import Matcher
from operators.model import GENERAL, Subject
from playbooks.loader import load_packs

PACK = """\
industry: banking
name: 银行
groups:
  联系不上: 打不通|没人接
crisis_types:
  - id: service
    name: 服务投诉
    terms: {态度差: 1.0}
    rules:
      "客服 & ($联系不上|推诿) & !招聘": 1.0
    unless:
      - "请问 & 怎么"
"""


def problems(folder: Path, text: str) -> str:
    """Return what is said of a pack with this text."""
    (folder / "pack.yaml").write_text(text, "utf-8")
    with pytest.raises(PackError) as caught:
        load_packs([folder])
    return str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "line", "column", "problem"),
    [
        ('      "客服 & (打不通|": 1.0', 10, 18, "missing before the end"),
        ('      "客服 & $没有": 1.0', 10, 13, "no group of the name 没有"),
    ],
)
def test_mistake_has_line_column_and_caret(
    tmp_path: Path, wrong: str, line: int, column: int, problem: str
) -> None:
    """A rule that cannot be read is shown with file, line, column and a caret."""
    right = '      "客服 & ($联系不上|推诿) & !招聘": 1.0'
    said = problems(tmp_path, PACK.replace(right, wrong))
    head, shown, caret = next(
        said.splitlines()[n : n + 3] for n, each in enumerate(said.splitlines()) if problem in each
    )
    assert f"pack.yaml:{line}:{column}: crisis_types[0].rules" in head
    assert shown.strip() in wrong
    assert caret.strip() == "^"


def test_mistakes_in_unless_and_groups_are_found_too(tmp_path: Path) -> None:
    """Every rule of a pack is read, and all mistakes are told at once."""
    text = PACK.replace("请问 & 怎么", "!怎么").replace("打不通|没人接", "打不通|")
    said = problems(tmp_path, text)
    assert "pack.yaml:12:10: crisis_types[0].unless[0]" in said
    assert "pack.yaml:4:13: groups.联系不上" in said


@pytest.mark.parametrize(
    ("industry", "text", "kind"),
    [
        ("banking", "{}手机银行进不去，急", "system_outage"),
        ("banking", "刚知道股价崩了，{}也救不了", GENERAL),
        ("banking", "请问{}提前还款违约金怎么算", GENERAL),
        ("banking", "{}开展反诈宣传月，提醒防范信息泄露", GENERAL),
        ("banking", "{}免收跨行手续费和年费", GENERAL),
        ("banking", "在{}门口排队买奶茶，取号两小时", GENERAL),
        ("banking", "请问{}是不是要倒闭了，都说资金链断了", "solvency_rumour"),
        ("securities", "股票跌停心态崩了，{}", GENERAL),
        ("securities", "{}交易系统没问题，是我心态崩了", GENERAL),
        ("securities", "加微信开户，{}佣金万一，手续费优惠", GENERAL),
        ("securities", "{}下单没反应，撤单也撤不掉", "trading_outage"),
        ("fintech", "请问{}提现失败一般怎么处理", GENERAL),
        ("fintech", "{}提现失败三天了没人管，请问怎么处理", "service_outage"),
        ("fintech", "明星粉丝骂{}是水军黑粉对家", GENERAL),
        ("fintech", "{}平台无法兑付本息", "solvency_rumour"),
        ("telecom", "高铁上没信号，{}你行不行", GENERAL),
        ("telecom", "整个小区{}都没信号了", "network_outage"),
        ("telecom", "{}凌晨莫名扣我话费20块", "tariff"),
        ("telecom", "{}断网挑战第七天，戒网真难", GENERAL),
        ("consumer_finance", "监管局整治催收，{}表态支持", GENERAL),
        ("consumer_finance", "{}催收给我爸妈打电话骂人，才逾期两天", "violent_collection"),
        ("consumer_finance", "{}票面利率3.36%发行金融债", GENERAL),
    ],
)
def test_what_plain_terms_got_wrong(industry: str, text: str, kind: str) -> None:
    """Questions, advertisements, lists and double meanings are told from trouble."""
    subject = Subject("s", "远山公司", industry)
    kinds = [kind for pack in load_packs() for kind in pack.crisis_types]
    (found,) = Matcher([subject], kinds).match([text.format(subject.name)])[0]
    assert found.crisis_type == kind


def test_every_type_has_rules_and_exceptions() -> None:
    """All shipped types are told by rules besides terms, and say what they are not."""
    kinds = [kind for pack in load_packs() for kind in pack.crisis_types]
    assert [kind.id for kind in kinds if not (kind.rules and kind.unless)] == []
