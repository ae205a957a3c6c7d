"""What each field of a playbook means, in Chinese: editors show it beside the field."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FIELD_NOTES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "Playbook": {
            "id": "编号：<行业>.<名称>，全库唯一，发布后不再改。",
            "version": "版本，写给人看；系统按内容校验值区分版本。",
            "title": "标题：一句话说明应对什么。",
            "industry": "行业编号，与 pack.yaml 一致。",
            "crisis_type": "pack.yaml 中的危机类型编号；“*”是行业通用预案。",
            "levels": "必须满足：可用于哪些级别。",
            "scct_cluster": "责任归因（SCCT）：victim 受害、accidental 意外、preventable 可预防。",
            "strategy": "应对策略：inform 告知、deny 否认（须先核实为不实）、diminish 说明原委、"
            "rebuild 致歉与修复、bolster 凝聚支持。",
            "holding_statement": "事实未明时对外的首次回应模板：可以致歉，不认定原因，不承诺补偿。",
            "before_facts": "事实未明时各渠道的文稿模板；没有写的，微博和公众号用首次回应。",
            "statements": "事实查明后各渠道的文稿模板。",
            "actions": "任务，依次列出。",
            "approver": "批准对外声明的角色，不写人名。",
            "regulator_first": "为 true 时，对外发布的任务都须排在监管沟通之后。",
            "compensation": "补偿备选方案，须经批准，不得写进首次回应。",
            "stop_condition": "满足什么可量化的条件后结束。",
            "owner": "负责维护本预案的部门。",
            "legal_notes": "有关法规及其在这里的含义，须经法律复核。",
            "donts": "绝不能做的事。",
            "match": "匹配条件：必须满足的和只影响排序的。",
            "qa": "客服问答，事实查明前后都能用。",
            "review_questions": "复盘时要回答的问题。",
            "updated": "最近一次修订的日期。",
            "valid_from": "自哪天起可用（北京时间，含当日）；空为不限。",
            "valid_until": "到哪天为止可用（北京时间，含当日）；空为不限。",
            "sources": "依据的法规、制度和案例。",
        },
        "Match": {
            "subject_tags": "必须满足：监测主体具备所有这些标签。",
            "levels": "加分：最适合的级别，须在预案的级别之内。",
            "stages": "必须满足：事件处于其中一个阶段。",
            "keywords_any": "加分：命中一个得六成，两个八成，三个以上满分。",
            "keywords_none": "必须满足：一个都不出现。",
            "min_negative_share": "加分：负面占比不低于此值，0 到 1。",
            "platforms": "加分：涉及其中任何一个平台。",
            "source_tiers": "加分：其中任何一个层级的信源已经发声。",
            "past_incident": "必须满足：true 为此前发生过同类事件，false 为没有发生过。",
            "verifications": "必须满足：核实结论是其中之一。",
        },
        "Task": {
            "id": "编号，供 depends_on 引用。",
            "role": "由哪个角色完成。",
            "task": "做什么。",
            "deadline_minutes": "自发现起多少分钟内完成。",
            "done_when": "看到什么算完成。",
            "kind": "性质：verify 核实、regulator 监管沟通、publish 对外发布、service 客户服务、"
            "fix 修复整改、legal 法律、watch 监测。",
            "depends_on": "排在哪些任务之后。",
        },
        "LegalNote": {
            "regulation": "法规全称，可带条款。",
            "note": "它在这里要求我们做什么、须法律复核什么。",
            "ref": "regulations/ 中那一行的编号。",
        },
        "Answer": {"question": "客户怎么问。", "answer": "热线怎么答，可用字段。"},
        "Compensation": {
            "option": "可以给什么。",
            "condition": "在什么条件下。",
            "approver": "由哪个角色批准。",
        },
    }
)
"""Class name -> field -> what to write there."""
