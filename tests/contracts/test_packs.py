"""What every shipped pack must hold, whoever wrote it."""

import dataclasses
import json
from collections.abc import Iterator
from importlib.resources import files
from itertools import combinations
from typing import Final

import orjson
import pytest
from jsonschema import Draft202012Validator

from operators.fit import blockers
from operators.match import Matcher
from operators.model import GENERAL, LEVELS, STAGES, CrisisType, Subject
from operators.recommend import Case, recommend
from operators.rules import INDUSTRIES
from playbooks.advice import advice_on
from playbooks.alike import LIMIT, load_fixed_paragraphs, pairs
from playbooks.cacao import to_cacao
from playbooks.checks import faults
from playbooks.law import load_clocks, load_regulations
from playbooks.loader import load_packs
from playbooks.render import check_template, fields_of, render
from playbooks.schema import (
    ANY_TYPE,
    Pack,
    Playbook,
    content_hash,
    playbook_from_dict,
    playbook_to_dict,
    templates_of,
)

TYPES: Final = {
    "banking": "service_complaint data_breach staff_misconduct system_outage solvency_rumour fees "
    "wealth_loss",
    "securities": "market_swing trading_outage slow_service compliance rumour product_opacity "
    "commission",
    "fintech": "data_breach regulation service_outage solvency_rumour smear trust_crisis",
    "telecom": "network_outage privacy service_quality tariff smear harassing_calls",
    "consumer_finance": "rate_dispute hidden_fees violent_collection misleading_promotion "
    "service_conduct regulatory_penalty privacy",
}
PACKS: Final = {pack.industry: pack for pack in load_packs()}
PLAYBOOKS: Final = [playbook for pack in PACKS.values() for playbook in pack.playbooks]
GENERAL_OF: Final = {p.industry: p for p in PLAYBOOKS if p.crisis_type == ANY_TYPE}
REGULATIONS: Final = load_regulations()
CACAO: Final = Draft202012Validator(
    json.loads((files("playbooks") / "cacao.schema.json").read_text(encoding="utf-8"))
)
CRISIS_TYPES: Final = [kind for pack in PACKS.values() for kind in pack.crisis_types]
NAMES: Final = {
    "banking": "星河银行",
    "securities": "海川证券",
    "fintech": "速付科技",
    "telecom": "联讯通信",
    "consumer_finance": "乐享消费金融",
}

# A sentence for each type as people post it, and everyday posts that are about nothing of the kind.
SPOKEN: Final = {
    ("banking", "service_complaint"): "在{}排队俩小时，柜员爱理不理，大堂经理还踢皮球",
    ("banking", "data_breach"): "{}谁私自查我流水发给我前夫？信息泄露谁负责",
    ("banking", "staff_misconduct"): "{}客户经理飞单，假理财骗了我妈三十万",
    ("banking", "system_outage"): "{}崩了？手机银行登不上，转账失败好几次",
    ("banking", "solvency_rumour"): "听说{}要倒闭了，门口都在排队取钱，快去取",
    ("banking", "fees"): "{}莫名其妙扣了我12块短信费，乱收费",
    ("banking", "wealth_loss"): "在{}买的稳健型理财亏了八千，本金亏掉，当初说是保本",
    ("securities", "market_swing"): "{}两融户今天暴跌直接爆仓，保证金全没",
    ("securities", "trading_outage"): "{}又崩了，开盘登不上，挂的单撤不了单！",
    ("securities", "slow_service"): "{}销户难死了，客服打不通，踢皮球",
    ("securities", "compliance"): "{}投行被立案，财务造假保荐费照收，罚单来了",
    ("securities", "rumour"): "网传{}老板失联跑路了，群里在传，真的假的",
    ("securities", "product_opacity"): "{}推的资管产品不透明，底层是什么都不说，没告知风险",
    ("securities", "commission"): "{}佣金偷偷给我万三，手续费太高了",
    ("fintech", "data_breach"): "{}被拖库了？我的身份证号银行卡号在暗网打包卖",
    ("fintech", "regulation"): "{}被约谈了，app下架，责令整改",
    ("fintech", "service_outage"): "{}提现失败三天不到账，账户被冻结没人管",
    ("fintech", "solvency_rumour"): "{}资金链断了？老板跑了赶紧提现",
    ("fintech", "smear"): "黑{}的全是统一文案，水军带节奏，黑公关吧",
    ("fintech", "trust_crisis"): "{}大数据杀熟，不敢用了，已卸载",
    ("telecom", "network_outage"): "{}断网了？整个小区没信号，打不了电话",
    ("telecom", "privacy"): "{}泄露我的通话记录，信息被卖了吧，刚办宽带就有人打来",
    ("telecom", "service_quality"): "{}网速太慢，报修约了不来，客服打不通",
    ("telecom", "tariff"): "{}偷偷扣我话费，套餐不让降，莫名开通彩铃",
    ("telecom", "smear"): "说{}基站辐射致癌的又是黑稿，造谣也换个词",
    ("telecom", "harassing_calls"): "{}天天打电话推销套餐，骚扰电话拉黑了还打",
    ("consumer_finance", "rate_dispute"): "{}实际年化36%，利息太高了，越还越多",
    ("consumer_finance", "hidden_fees"): "{}借款捆绑保险还收担保费，莫名扣了会员费",
    ("consumer_finance", "violent_collection"): "{}逾期一天就爆通讯录，打给我爸妈，恐吓",
    ("consumer_finance", "misleading_promotion"): "{}广告骗人，诱导借贷，免息是假的",
    ("consumer_finance", "service_conduct"): "{}客服挂电话，态度恶劣说还不起别借",
    ("consumer_finance", "regulatory_penalty"): "{}又收罚单，被罚款80万，责令改正",
    ("consumer_finance", "privacy"): "在{}刚申请就一堆贷款电话，信息被卖，查了我征信",
}
CHATTER: Final = (
    "{}今天发了年报，净利润同比增长5%",
    "路过{}新开的网点，门口花篮挺好看",
    "{}校招笔试好难，面试等通知，系统登不上急死",
    "给{}的客服小姐姐点赞，问题一下就解决了",
    "请问{}周末营业吗？",
    "{}的积分可以换咖啡券",
    "朋友在{}上班，年终奖不错",
    "{}赞助了今年的马拉松，现场人好多",
    "刚用{}付了早餐钱，立减两块",
    "{}app更新了深色模式，挺好用",
)


def ids(values: list[Playbook] | list[CrisisType]) -> list[str]:
    """Name test cases."""
    return [f"{value.industry}.{value.id.rpartition('.')[2]}" for value in values]


def subject_of(industry: str) -> Subject:
    """Return a fictional company of the industry."""
    return Subject(id="s", name=NAMES[industry], industry=industry, hotline="95000")


def cases_for(playbook: Playbook) -> Iterator[Case]:
    """Yield the incidents a playbook is for, as its own predicates describe them."""
    kinds = [kind.id for kind in PACKS[playbook.industry].crisis_types]
    types = [*kinds, GENERAL] if playbook.crisis_type == ANY_TYPE else [playbook.crisis_type]
    match = playbook.match
    for kind in types:
        for level in match.levels or playbook.levels:
            for stage in match.stages or STAGES:
                yield Case(
                    incident_id="i",
                    exercise=False,
                    subject=dataclasses.replace(
                        subject_of(playbook.industry), tags=match.subject_tags
                    ),
                    crisis_type=kind,
                    level=level,
                    stage=stage,
                    severity=50.0,
                    negative_share=max(match.min_negative_share, 0.5),
                    platforms=match.platforms or ("weibo",),
                    keywords=match.keywords_any,
                    verification=(match.verifications or ("未核实",))[0],
                    onset_ms=1_790_000_000_000,
                    detected_ms=1_790_000_300_000,
                    decided_ms=1_790_000_600_000,
                    mentions=200,
                    negative=120,
                    past_incidents=int(bool(match.past_incident)),
                    tiers=match.source_tiers or ("ordinary",),
                )


def test_every_industry_and_crisis_type_is_there() -> None:
    """The packs cover exactly the industries and the crisis types agreed on."""
    assert {i: p.name for i, p in PACKS.items()} == INDUSTRIES
    for industry, kinds in TYPES.items():
        assert {kind.id for kind in PACKS[industry].crisis_types} == set(kinds.split())


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
def test_every_industry_has_a_general_playbook(pack: Pack) -> None:
    """Whatever happens in an industry, something is recommended."""
    anything = [p for p in pack.playbooks if p.crisis_type == ANY_TYPE]
    assert anything
    assert any(set(p.levels) == {"minor", "moderate", "severe"} for p in anything)


@pytest.mark.parametrize("kind", CRISIS_TYPES, ids=ids(CRISIS_TYPES))
def test_terms_are_rich_and_within_bounds(kind: CrisisType) -> None:
    """A type has 15 terms or more, lower case, of sane weight, and can be reached."""
    assert len(kind.terms) >= 15
    assert kind.threshold == 1.0
    assert all(0.2 <= weight <= 1.5 for _, weight in kind.terms)
    assert all(term == term.lower().strip() and len(term) > 1 for term, _ in kind.terms)
    assert not {term for term, _ in kind.terms} & set(kind.exclude)


@pytest.mark.parametrize(("industry", "kind"), SPOKEN, ids=lambda value: value)
def test_spoken_sentence_is_read_as_its_type(industry: str, kind: str) -> None:
    """A sentence as people post it is attributed to the crisis type it is about."""
    matcher = Matcher([subject_of(industry)], CRISIS_TYPES)
    text = SPOKEN[industry, kind].format(NAMES[industry])
    assert [hit.crisis_type for hit in matcher.match([text])[0]] == [kind]


@pytest.mark.parametrize("industry", NAMES)
def test_chatter_fires_nothing(industry: str) -> None:
    """Everyday posts about a company stay general mentions."""
    matcher = Matcher([subject_of(industry)], CRISIS_TYPES)
    texts = [text.format(NAMES[industry]) for text in CHATTER]
    fired = {texts[i]: hits for i, hits in matcher.match(texts).items()}
    assert {hit.crisis_type for hits in fired.values() for hit in hits} == {GENERAL}


def test_every_type_has_its_sentence() -> None:
    """No crisis type goes without a sentence that proves it."""
    assert set(SPOKEN) == {(kind.industry, kind.id) for kind in CRISIS_TYPES}


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=ids(PLAYBOOKS))
def test_every_template_renders(playbook: Playbook) -> None:
    """Templates are sound, are honest about gaps, and name the company or a way to ask."""
    for path, template in templates_of(playbook):
        assert check_template(template) == (), path
        done = render(template, {})
        assert "{{" not in done.text
        assert set(done.gaps) == set(fields_of(template))


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=ids(PLAYBOOKS))
def test_playbook_is_what_a_reviewer_would_sign(playbook: Playbook) -> None:
    """Nothing is unfinished, said too early or shown to the wrong people, and rebuild regrets."""
    assert advice_on(playbook) == []
    assert playbook.id.startswith(f"{playbook.industry}.")
    assert all("《" in n.regulation or "公告" in n.regulation for n in playbook.legal_notes)


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=ids(PLAYBOOKS))
def test_legal_notes_name_dated_rows(playbook: Playbook) -> None:
    """Each regulation has a row with its source; one without a day says that it is not certain."""
    for note in playbook.legal_notes:
        row = REGULATIONS[note.ref]
        assert row.source
        assert row.needs_legal_review
        assert row.effective or not row.certain


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=ids(PLAYBOOKS))
def test_playbook_is_a_valid_cacao_playbook(playbook: Playbook) -> None:
    """Its CACAO form keeps to the schema; every step is reached and leads to one that is there."""
    document = json.loads(orjson.dumps(to_cacao(playbook, "2026-01-01")))
    assert [error.message for error in CACAO.iter_errors(document)] == []
    steps = document["workflow"]
    told = {document["workflow_start"]}
    for step in steps.values():
        told |= {step[key] for key in ("on_completion",) if key in step}
        told |= set(step.get("next_steps", ()))
        assert (
            step.get("agent", next(iter(document["agent_definitions"])))
            in (document["agent_definitions"])
        )
    assert told == set(steps)


@pytest.mark.parametrize("kind", CRISIS_TYPES, ids=ids(CRISIS_TYPES))
def test_every_type_has_a_playbook_for_every_level(kind: CrisisType) -> None:
    """However bad it gets, a type is answered by a playbook of its own before and after facts."""
    own = [p for p in PLAYBOOKS if (p.industry, p.crisis_type) == (kind.industry, kind.id)]
    for level in LEVELS:
        for verification in ("未核实", "属实", "部分属实"):
            case = dataclasses.replace(
                next(cases_for(GENERAL_OF[kind.industry])),
                crisis_type=kind.id,
                level=level,
                verification=verification,
            )
            given = recommend(case, PLAYBOOKS, None)
            assert given.playbook_id in {p.id for p in own}, (level, verification)


def test_clocks_name_rows_and_types_that_exist() -> None:
    """Every reporting clock names its rule, and types and an industry that there are."""
    for clock in load_clocks():
        assert clock.regulation in REGULATIONS
        kinds = {
            k.id for k in CRISIS_TYPES if k.industry == clock.industry or clock.industry == "*"
        }
        assert set(clock.crisis_types) <= kinds | {"*"}
        assert clock.certain <= REGULATIONS[clock.regulation].certain
        assert clock.note


def test_bank_run_is_answered_after_the_regulator() -> None:
    """In a deposit rumour every public word waits for the task that talks to the regulator."""
    runs = [p for p in PACKS["banking"].playbooks if p.crisis_type == "solvency_rumour"]
    assert runs
    for playbook in runs:
        assert playbook.regulator_first
        assert faults(playbook, REGULATIONS) == []
        told = [task for task in playbook.actions if task.kind == "regulator"]
        assert any("监管" in task.task for task in told)


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=ids(PLAYBOOKS))
def test_playbook_can_be_reached(playbook: Playbook) -> None:
    """Some incident gets this very playbook from the whole library."""
    cases = [case for case in cases_for(playbook) if not blockers(case, playbook)]
    assert any(recommend(c, PLAYBOOKS, None).playbook_id == playbook.id for c in cases)


def test_no_two_playbooks_ask_for_the_same() -> None:
    """Within an industry no two playbooks have identical predicates."""
    for pack in PACKS.values():
        asked = [
            (p.crisis_type, p.levels, p.strategy, p.match, p.valid_from, p.valid_until)
            for p in pack.playbooks
        ]
        assert not [pair for pair in combinations(asked, 2) if pair[0] == pair[1]]


def test_no_two_statements_are_alike() -> None:
    """No two texts of the library are over 60 % alike, legally fixed paragraphs left out."""
    fixed = [paragraph.text for paragraph in load_fixed_paragraphs()]
    assert pairs(PLAYBOOKS, fixed, LIMIT) == []


def test_library_survives_the_stream() -> None:
    """Every playbook comes back from its JSON form unchanged, with an id and hash of its own."""
    assert [playbook_from_dict(playbook_to_dict(p)) for p in PLAYBOOKS] == PLAYBOOKS
    assert len({p.id for p in PLAYBOOKS}) == len({content_hash(p) for p in PLAYBOOKS})
    assert len({p.id for p in PLAYBOOKS}) == len(PLAYBOOKS)
