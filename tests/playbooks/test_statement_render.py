"""Statement templates: named fields, visible gaps, nothing else."""

import pytest

from operators.errors import PackError
from playbooks.render import FIELDS, check_template, gap, render

HOSTILE = (
    "{{ company.__class__.__mro__ }}",
    "{{ company|attr('__class__') }}",
    "{{ [].__class__ }}",
    "{{ self }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ company ~ hotline }}",
    "{{ 'a' * 1000000000 }}",
    "{{ company() }}",
    "{{ company['x'] }}",
    "{% for i in range(1000000000) %}x{% endfor %}",
    "{% set company = 1 %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% if company %}x{% endif %}",
    "{{ company",
    "{% raw %}",
    "{% raw %}{{ company }}{% endraw %}",
    "甲{# 乙 #}",
    "{{ post_text }}",
)


def test_fields_are_filled_in() -> None:
    """Named fields take their values and nothing is escaped."""
    done = render(
        "{{ company }}：{{ mention_count }}条", {"company": "星河 & <银行>", "mention_count": "8"}
    )
    assert done.text == "星河 & <银行>：8条"
    assert done.gaps == ()


def test_missing_and_blank_fields_are_visible_gaps() -> None:
    """A field nobody filled in shows in Chinese and is listed once, in text order."""
    done = render("{{ hotline }}、{{ company }}、{{ hotline }}", {"company": "  "})
    assert done.text == "【待填：客服热线】、【待填：公司名称】、【待填：客服热线】"
    assert done.gaps == ("hotline", "company")


def test_every_field_has_a_chinese_gap() -> None:
    """No field could show as an identifier or as nothing."""
    for name, label in FIELDS.items():
        assert gap(name) == f"【待填：{label}】"
        assert not label.isascii()
        assert render(f"{{{{ {name} }}}}", {}).text == gap(name)


@pytest.mark.parametrize("template", HOSTILE)
def test_hostile_templates_are_refused(template: str) -> None:
    """Whatever is more than a known field is refused before anything runs."""
    assert check_template(template)
    with pytest.raises(PackError):
        render(template, {"company": "星河银行"})


def test_values_are_never_templates() -> None:
    """A value that looks like a template is printed as it is."""
    value = "{{ hotline.__class__ }}{% raw %}【待填：x】"
    done = render("{{ company }}", {"company": value, "hotline": "1"})
    assert done.text == value
    assert done.gaps == ()


def test_fields_that_are_not_named_are_not_used() -> None:
    """A value without a field, such as a post's words, cannot reach a statement."""
    assert render("{{ company }}", {"company": "甲", "post_text": "骂人"}).text == "甲"


def test_issue_names_line_and_nearest_field() -> None:
    """A misspelt field is reported at its line with the field that was meant."""
    (issue,) = check_template("第一行\n{{ compny }}")
    assert (issue.line, issue.got, issue.hint) == (2, "compny", "company")
