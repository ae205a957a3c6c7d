"""The file `tingfeng init` writes: it loads, is complete, and its defaults are the real ones."""

import re
from pathlib import Path

import pytest

from flows.init_command import write_example
from flows.settings import load_settings
from flows.settings_rule import settable
from flows.settings_schema import SECTIONS
from operators.errors import ConfigError
from operators.rules import INDUSTRIES

SWITCHED_OFF = re.compile(r"^( *)#(?! \S)", re.MULTILINE)
"""The # before a setting; that of a comment is followed by one space and a word."""


@pytest.fixture(name="example")
def _example(tmp_path: Path) -> Path:
    """Return the path of a freshly written example."""
    path = tmp_path / "tingfeng.yaml"
    write_example(path, force=False)
    return path


def test_example_loads_with_two_subjects(example: Path) -> None:
    """The file is fit to run as it is, without anything in the environment."""
    settings = load_settings(example, {})
    settings.require_subjects()
    assert [subject.name for subject in settings.subjects] == ["星河银行", "速付科技"]
    assert settings.thresholds == ()


def test_defaults_in_the_example_are_the_real_ones(example: Path) -> None:
    """With every setting switched on, the settings are those of the file as written."""
    before = load_settings(example, {})
    text = SWITCHED_OFF.sub(r"\1", example.read_text())
    text = re.sub(r"(?m)^(packs|subjects_file|team):.*$", "", text)
    example.write_text(text)
    after = load_settings(example, {})
    for name in (*SECTIONS, "timezone", "var"):
        assert getattr(after, name) == getattr(before, name), name
    # What is switched off below a subject is an example of its own and no default.
    assert [one.id for one in after.subjects] == [one.id for one in before.subjects]
    assert after.subjects[0].not_names
    assert [rule.id for rule in after.thresholds] == [
        "bank-outage-on-weibo",
        "half-of-all-negative",
        "on-the-hot-list",
    ]


def test_every_setting_is_in_the_example(example: Path) -> None:
    """Each section names each of its settings with a comment above; so do the lists."""
    sections = dict(re.findall(r"(?m)^(\w+):\n((?:(?:  .*)?\n)+)", example.read_text()))
    for section, cls in SECTIONS.items():
        written = re.findall(r"# .*\n  #(\w+):", sections[section])
        assert written == list(settable(cls))
    assert all(industry in example.read_text() for industry in INDUSTRIES)
    for name in ("subjects_file", "thresholds", "packs", "team", "timezone", "var"):
        assert f"\n#{name}:" in example.read_text()


def test_example_states_the_unit_of_what_has_one(example: Path) -> None:
    """A setting with a unit has it in its comment."""
    text = example.read_text()
    for section, cls in SECTIONS.items():
        body = text.partition(f"\n{section}:\n")[2]
        for name, rule in settable(cls).items():
            if rule.unit:
                comment = re.search(rf"((?:  # .*\n)+)  #{name}:", body)
                assert comment, name
                assert f"# {rule.unit}: " in comment[1], name


def test_existing_file_is_kept(example: Path) -> None:
    """A file that is there is not touched, and the error says how to have it replaced."""
    example.write_text("var: mine\n")
    with pytest.raises(ConfigError, match=r"exists already \(try another name, or --force\)"):
        write_example(example, force=False)
    assert example.read_text() == "var: mine\n"
    write_example(example, force=True)
    assert "星河银行" in example.read_text()


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A path that cannot be written is a problem, not a traceback."""
    with pytest.raises(ConfigError, match="cannot be written: No such file or directory"):
        write_example(tmp_path / "none/tingfeng.yaml", force=False)
