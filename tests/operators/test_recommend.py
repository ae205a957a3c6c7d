"""Incidents meet playbooks: hard predicates forbid, parts rank, every sentence can be traced."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operators.fit import WEIGHTS, blockers, hits, rank
from operators.model import HOUR, MINUTE, Subject
from operators.recommend import Case, recommend
from playbooks.render import FIELDS
from playbooks.schema import Compensation, LegalNote, Match, Playbook, Task, content_hash

# 2026-03-01 12:00 in Shanghai
NOON = 1_772_337_600_000
BANK = Subject(
    id="xinghe_bank",
    name="星河银行",
    industry="banking",
    products=("星河宝", "星河卡"),
    tags=("listed",),
    hotline="95000",
)


def case(**changes: Any) -> Case:
    """Return a severe deposit rumour at its peak, with the given changes."""
    base = Case(
        incident_id="i1",
        exercise=False,
        subject=BANK,
        crisis_type="solvency_rumour",
        level="severe",
        stage="peak",
        severity=82.0,
        negative_share=0.7,
        platforms=("weibo", "douyin"),
        tiers=("ordinary", "media"),
        keywords=("取不出钱", "排队"),
        verification="未核实",
        onset_ms=NOON - HOUR,
        detected_ms=NOON,
        decided_ms=NOON + 5 * MINUTE,
        mentions=900,
        negative=630,
        evidence=("weibo/1", "douyin/2"),
        crisis_name="挤兑与偿付能力谣言",
    )
    return dataclasses.replace(base, **changes)


def playbook(name: str = "rumour", **changes: Any) -> Playbook:
    """Return a playbook for deposit rumours, with the given changes."""
    base = Playbook(
        id=f"banking.{name}",
        version="1.0",
        title=f"预案{name}",
        industry="banking",
        crisis_type="solvency_rumour",
        levels=("minor", "moderate", "severe"),
        scct_cluster="victim",
        strategy="inform",
        holding_statement="{{ company }}正在核查，{{ next_update }}前说明。",
        statements={"staff": "内部", "weibo": "{{ company }}核查结果：{{ fact_summary }}"},
        actions=(
            Task(role="公关部", task="发布说明", deadline_minutes=30, done_when="已发布"),
            Task(role="法务部", task="保全证据", deadline_minutes=90, done_when="已归档"),
        ),
        approver="行长",
        stop_condition="恢复正常",
        owner="办公室",
        legal_notes=(LegalNote(regulation="《商业银行法》", note="保证支付"),),
        donts=("不辟谣",),
    )
    return dataclasses.replace(base, **changes)


def general(**changes: Any) -> Playbook:
    """Return the general playbook of the industry."""
    return playbook("general", crisis_type="*", **changes)


def test_recommendation_carries_the_whole_playbook() -> None:
    """Draft, gaps, due times, notes and proof all arrive, with the content hash as version."""
    rule = playbook()
    given_case = case()
    result = recommend(given_case, [rule], None)
    assert (result.playbook_id, result.playbook_version) == (rule.id, content_hash(rule))
    assert (result.level, result.stage, result.approver) == ("severe", "peak", "行长")
    assert result.statement == "星河银行正在核查，【待填：下次通报时间】前说明。"
    assert result.statement_gaps == ("下次通报时间",)
    assert [(a.role, a.due_ms) for a in result.actions] == [
        ("公关部", NOON + 30 * MINUTE),
        ("法务部", NOON + 90 * MINUTE),
    ]
    assert result.legal_notes == ("《商业银行法》：保证支付",)
    assert result.donts == ("不辟谣",)
    assert result.evidence == given_case.evidence
    assert result.change == "首次给出建议。"
    assert result.score == pytest.approx(sum(result.parts.values()))
    assert set(result.parts) == set(WEIGHTS)
    assert "挤兑与偿付能力谣言" in result.reason


@pytest.mark.parametrize(
    ("name", "rule", "changes"),
    [
        ("industry", {"industry": "telecom"}, {}),
        ("crisis_type", {"crisis_type": "fees"}, {}),
        ("levels", {"levels": ("minor",)}, {}),
        ("stages", {"match": Match(stages=("fading",))}, {}),
        ("keywords_none", {"match": Match(keywords_none=("演习",))}, {"keywords": ("消防演习",)}),
        ("subject_tags", {"match": Match(subject_tags=("listed", "hongkong"))}, {}),
        ("valid_from", {"valid_from": "2026-03-02"}, {}),
        ("valid_until", {"valid_until": "2026-02-28"}, {}),
        ("verification", {"strategy": "deny"}, {"verification": "部分属实"}),
        ("verifications", {"match": Match(verifications=("属实",))}, {}),
        ("past_incident", {"match": Match(past_incident=True)}, {}),
        ("past_incident", {"match": Match(past_incident=False)}, {"past_incidents": 1}),
    ],
)
def test_hard_predicates_forbid(name: str, rule: dict[str, Any], changes: dict[str, Any]) -> None:
    """Each hard predicate alone is enough to keep a playbook out, and is named."""
    assert blockers(case(**changes), playbook()) == ()
    assert blockers(case(**changes), playbook(**rule)) == (name,)
    assert recommend(case(**changes), [playbook(**rule)], None).playbook_id == ""


def test_validity_is_a_calendar_day_in_shanghai() -> None:
    """A playbook valid until today still serves at 23:59 in Shanghai and not a minute later."""
    rule = playbook(valid_from="2026-03-01", valid_until="2026-03-01")
    last = NOON + 12 * HOUR - MINUTE
    assert blockers(case(decided_ms=last), rule) == ()
    assert blockers(case(decided_ms=last + MINUTE), rule) == ("valid_until",)
    assert blockers(case(decided_ms=NOON - 12 * HOUR), rule) == ()


@pytest.mark.parametrize("verification", ["未核实", "属实", "部分属实"])
def test_denial_waits_for_people_to_find_it_untrue(verification: str) -> None:
    """A denial is offered only for 不实, and then comes before informing."""
    library = [playbook("a_inform"), playbook("z_deny", strategy="deny")]
    assert recommend(case(verification=verification), library, None).playbook_id.endswith("inform")
    assert recommend(case(verification="不实"), library, None).playbook_id.endswith("deny")


def test_facts_turn_the_holding_statement_into_the_full_one() -> None:
    """Before the facts are known nothing but the holding statement is drafted."""
    rule = playbook()
    assert "核查结果" not in recommend(case(verification="不实"), [rule], None).statement
    full = recommend(case(verification="部分属实"), [rule], None)
    assert full.statement == "星河银行核查结果：【待填：已核实的事实】"
    denial = playbook(strategy="deny")
    assert "核查结果" in recommend(case(verification="不实"), [denial], None).statement
    internal = playbook(statements={"staff": "内部"})
    assert "正在核查" in recommend(case(verification="属实"), [internal], None).statement


@pytest.mark.parametrize(
    ("part", "match", "miss"),
    [
        ("level", Match(levels=("severe",)), Match(levels=("minor",))),
        ("keywords", Match(keywords_any=("取不出", "排队", "钱")), Match(keywords_any=("盗刷",))),
        ("negative_share", Match(min_negative_share=0.7), Match(min_negative_share=0.71)),
        ("platforms", Match(platforms=("douyin",)), Match(platforms=("zhihu",))),
        ("source_tiers", Match(source_tiers=("media",)), Match(source_tiers=("regulator",))),
    ],
)
def test_soft_predicates_rank(part: str, match: Match, miss: Match) -> None:
    """A predicate that holds beats none, none beats one that does not; the part says so."""
    held, open_, missed = playbook("z", match=match), playbook("m"), playbook("a", match=miss)
    order = [c.playbook.id for c in rank(case(), [missed, open_, held])]
    assert order == ["banking.z", "banking.m", "banking.a"]
    result = recommend(case(), [held, missed], None)
    assert result.parts[part] == WEIGHTS[part]
    assert result.runner_up == "banking.a"
    assert recommend(case(), [missed], None).unmatched


def test_matched_and_unmatched_say_only_what_was_asked() -> None:
    """A predicate that the playbook leaves open is in neither list."""
    rule = playbook(match=Match(keywords_any=("取不出",), min_negative_share=0.9))
    result = recommend(case(), [rule], None)
    assert result.matched == ("危机类型为“挤兑与偿付能力谣言”", "命中关键词：取不出")
    assert set(result.parts) == set(WEIGHTS)
    assert result.unmatched == ("负面占比不低于90%（当前70%）",)


def test_more_keywords_fit_better() -> None:
    """One word found is worth less than two, and three are worth all of it."""
    one, two, three = (
        playbook(match=Match(keywords_any=words))
        for words in (("取不出",), ("取不出", "排队"), ("取不出", "排队", "取不出钱"))
    )
    points = [recommend(case(), [p], None).parts["keywords"] for p in (one, two, three)]
    assert points == [9.0, 12.0, 15.0]


def test_history_turns_blame_against_excuses() -> None:
    """With a similar incident before, making good ranks before explaining; without, it is open."""
    excuse = playbook("a", scct_cluster="accidental", strategy="diminish")
    amends = playbook("b", scct_cluster="preventable", strategy="rebuild")
    assert recommend(case(), [excuse, amends], None).playbook_id == "banking.a"
    again = recommend(case(past_incidents=2), [excuse, amends], None)
    assert again.playbook_id == "banking.b"
    assert any("此前发生过2起同类事件" in text for text in again.matched)
    assert "“归因与历史”" in again.runner_up_reason
    true = recommend(case(verification="属实"), [excuse, amends], None)
    assert (true.playbook_id, true.parts["scct"]) == ("banking.b", 15.0)


def test_effect_counts_only_after_enough_uses() -> None:
    """What came of a version is passed over below the minimum, and ranks above it."""
    plain, proven = playbook("a"), playbook("b")
    version = content_hash(proven)
    few = recommend(case(), [plain, proven], None, {version: (4, 0.9)})
    assert (few.playbook_id, few.parts["effectiveness"]) == ("banking.a", 2.5)
    many = recommend(case(), [plain, proven], None, {version: (5, 0.9)})
    assert (many.playbook_id, many.parts["effectiveness"]) == ("banking.b", 4.5)
    assert any(text.startswith("已使用5次") for text in many.matched)


def test_playbook_of_few_levels_is_written_for_them() -> None:
    """One for this level alone beats one for all, and the recommendation says which it is."""
    every, own = playbook("a"), playbook("b", levels=("severe",))
    result = recommend(case(), [every, own], None)
    assert (result.playbook_id, result.fit_level, result.general) == ("banking.b", True, False)
    assert not recommend(case(), [every], None).fit_level
    assert recommend(case(), [general()], None).general


def test_keyword_meets_phrase_either_way_round() -> None:
    """A keyword counts inside a longer phrase and around a shorter one, never for one character."""
    assert hits(("取不出",), ("都取不出钱",)) == ("取不出",)
    assert hits(("排队取钱",), ("排队",)) == ("排队取钱",)
    assert hits(("排队取钱",), ("钱",)) == ()


def test_stage_named_fits_better_than_any_stage() -> None:
    """A playbook for this very stage beats one that does not care."""
    named = playbook("z", match=Match(stages=("peak",)))
    assert recommend(case(), [playbook("a"), named], None).playbook_id == "banking.z"


def test_specific_playbook_comes_before_the_general_one() -> None:
    """However well the general one scores, the type's own playbook is given first."""
    wide = general(match=Match(levels=("severe",), keywords_any=("取不出",), platforms=("weibo",)))
    poor = playbook(match=Match(levels=("minor",), keywords_any=("盗刷",), platforms=("news",)))
    result = recommend(case(), [wide, poor], None)
    assert result.playbook_id == poor.id
    assert result.runner_up == wide.id
    assert "行业通用预案" in result.runner_up_reason


def test_general_playbook_serves_what_has_none_and_says_so() -> None:
    """Without a playbook of the type the industry's general one is given as such."""
    result = recommend(
        case(crisis_type="fees", crisis_name="收费争议"), [playbook(), general()], None
    )
    assert result.playbook_id == "banking.general"
    assert result.reason.startswith("预案库中没有适用于“收费争议”的专门预案，采用本行业通用预案")


def test_gap_in_the_library_is_stated() -> None:
    """With nothing at all the id is empty, the gap is said and nothing is made up."""
    result = recommend(case(), [], None)
    assert (result.playbook_id, result.playbook_version, result.statement) == ("", "", "")
    assert result.actions == ()
    assert "没有适用于“挤兑与偿付能力谣言”的预案" in result.reason


def test_runner_up_sentence_names_the_largest_difference() -> None:
    """The part that differs most is quoted with both figures; a tie is said to be one."""
    best = playbook("a", match=Match(levels=("severe",), platforms=("weibo",)))
    second = playbook("b", match=Match(levels=("minor",)))
    text = recommend(case(), [best, second], None).runner_up_reason
    assert "“级别对应”（0 对 20）" in text
    tie = recommend(case(), [playbook("b"), playbook("a")], None)
    assert (tie.playbook_id, tie.runner_up) == ("banking.a", "banking.b")
    assert "按预案编号先后" in tie.runner_up_reason


def test_change_says_what_is_different() -> None:
    """Level, stage, playbook and new content each show against the recommendation before."""
    rule, calm = playbook(levels=("severe",)), playbook("calm", levels=("minor",))
    first = recommend(case(), [rule, calm], None)
    assert recommend(case(), [rule, calm], first).change == "级别、阶段和预案均无变化。"
    later = recommend(case(level="minor", stage="fading"), [rule, calm], first)
    assert later.change == (
        "级别由严重变为轻微；阶段由高潮变为消退；预案由《预案rumour》改为《预案calm》。"
    )
    edited = dataclasses.replace(rule, donts=("另一条",))
    assert recommend(case(), [edited], first).change == "预案《预案rumour》内容有更新。"
    assert recommend(case(), [], first).change == "预案由《预案rumour》改为无。"
    retyped = case(crisis_type="fees", crisis_name="收费争议")
    assert recommend(retyped, [playbook(crisis_type="fees")], first).change.startswith(
        "危机类型由“挤兑与偿付能力谣言”变为“收费争议”"
    )


def test_every_channel_has_its_draft_for_before_and_after() -> None:
    """Before the facts only what may be said then is drafted; after them the full statements."""
    rule = playbook(
        statements={
            "weibo": "结果：{{ fact_summary }}",
            "app_push": "结果已公布",
            "hotline": "您好",
            "staff": "内部",
        },
        before_facts={"hotline": "先听您说"},
    )
    before = recommend(case(), [rule], None)
    assert before.holding
    assert before.statements == {
        "weibo": "星河银行正在核查，【待填：下次通报时间】前说明。",
        "hotline": "先听您说",
        "staff": "内部",
    }
    after = recommend(case(verification="属实"), [rule], None)
    assert not after.holding
    assert after.statements["weibo"] == "结果：【待填：已核实的事实】"
    assert set(after.statements) == {"weibo", "app_push", "hotline", "staff"}


def test_what_stands_against_approval_is_said() -> None:
    """Gaps, the regulator's line and the approval of a compensation each block; nothing else."""
    assert "尚有1项待填：下次通报时间" in recommend(case(), [playbook()], None).blocked
    ready = playbook(holding_statement="{{ company }}正在核查。")
    full = dataclasses.replace(ready, statements={"weibo": "{{ company }}"})
    assert recommend(case(), [full], None).blocked == ""
    tell = Task(
        role="行领导", task="报告监管", deadline_minutes=9, done_when="已报", kind="regulator"
    )
    first = dataclasses.replace(full, regulator_first=True, actions=(tell,))
    assert recommend(case(), [first], None).blocked == "须先完成监管沟通：报告监管。"
    paid = dataclasses.replace(
        full,
        statements={"weibo": "{{ compensation }}"},
        compensation=(Compensation(option="退费", condition="核实", approver="总经理"),),
    )
    assert "须先经总经理批准" in recommend(case(verification="属实"), [paid], None).blocked


def test_words_of_posts_never_reach_a_statement() -> None:
    """Whatever people wrote, no draft of any channel holds a word of it."""
    text = "".join(f"{{{{ {name} }}}}" for name in FIELDS)
    rule = playbook(holding_statement=text, statements={"weibo": text, "staff": text})
    told = case(keywords=("骗子银行还我血汗钱",), evidence=("weibo/骗子银行",))
    result = recommend(told, [rule], None)
    assert "骗子" not in result.statement + "".join(result.statements.values())


def test_statement_names_the_product_only_when_it_is_clear() -> None:
    """With several products the one people speak of is named, else it stays a gap."""
    rule = playbook(holding_statement="{{ product }}")
    assert recommend(case(), [rule], None).statement == "【待填：产品名称】"
    spoken = case(keywords=("星河宝取不出",))
    assert recommend(spoken, [rule], None).statement == "星河宝"


def test_figures_of_the_incident_reach_the_statement() -> None:
    """Times are Shanghai's, platforms have their names, shares are per cent."""
    text = "{{ onset_time }}|{{ detected_time }}|{{ date }}|{{ platforms }}|{{ negative_share }}"
    rule = playbook(holding_statement=text + "|{{ mention_count }}|{{ level }}|{{ stage }}")
    assert recommend(case(), [rule], None).statement == (
        "2026年03月01日 11:00|2026年03月01日 12:00|2026年03月01日|微博、抖音|70%|900|严重|高潮"
    )


LIBRARY = (
    playbook("a", match=Match(levels=("severe",))),
    playbook("b", match=Match(keywords_any=("取不出",), platforms=("zhihu",))),
    playbook("c", match=Match(stages=("peak", "spreading"))),
    playbook("d", strategy="deny"),
    playbook("e"),
    playbook("f", crisis_type="fees"),
    general(),
)
CASES = st.builds(
    case,
    level=st.sampled_from(("minor", "moderate", "severe")),
    stage=st.sampled_from(("emerging", "spreading", "peak", "fading")),
    crisis_type=st.sampled_from(("solvency_rumour", "fees", "general")),
    verification=st.sampled_from(("未核实", "属实", "部分属实", "不实")),
    platforms=st.sampled_from(((), ("zhihu",), ("weibo", "douyin"))),
)


@settings(max_examples=60, deadline=None)
@given(given_case=CASES, library=st.permutations(LIBRARY))
def test_order_of_the_library_does_not_matter(given_case: Case, library: list[Playbook]) -> None:
    """Any order of the same playbooks gives the same recommendation, and denial stays guarded."""
    result = recommend(given_case, library, None)
    assert result == recommend(given_case, LIBRARY, None)
    assert (result.playbook_id == "banking.d") <= (given_case.verification == "不实")
