"""The fields of a subject that say who is meant, and the key that hides authors."""

from pathlib import Path

import pytest

from flows.settings import load_settings
from operators.errors import ConfigError

HEAD = "subjects:\n  - id: lianxun\n    name: 联讯通信\n    industry: telecom\n"


def settings_file(folder: Path, text: str) -> Path:
    """Write a settings file."""
    file = folder / "tingfeng.yaml"
    file.write_text(text, "utf-8")
    return file


def test_fields_are_read(tmp_path: Path) -> None:
    """Competitors, exclusions, ambiguous names and their context come from the file."""
    body = (
        "    aliases: [联讯]\n    competitors: [云林通信]\n    not_names: [联讯社]\n"
        "    ambiguous: [移讯]\n    context: [宽带, 话费]\n"
    )
    (subject,) = load_settings(settings_file(tmp_path, HEAD + body)).subjects
    assert (subject.competitors, subject.not_names) == (("云林通信",), ("联讯社",))
    assert (subject.ambiguous, subject.context) == (("移讯",), ("宽带", "话费"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    ambiguous: [移讯]\n", ":2: subjects[0].context: is missing"),
        ("    context: [宽带]\n", ":5: subjects[0].ambiguous: is missing|"),
        ("    not_names: [硬盘]\n", ":5: subjects[0].not_names: `硬盘` holds none"),
        ("    competitors: [联讯通信]\n", ":5: subjects[0].competitors: `联讯通信` is a name"),
        ('    aliases: ["**"]\n', ":5: subjects[0].aliases: `**` has no letter"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, body: str, said: str) -> None:
    """Each mistake is told with file and line."""
    with pytest.raises(ConfigError) as caught:
        load_settings(settings_file(tmp_path, HEAD + body))
    assert said.rstrip("|").split(": ", 1)[1] in str(caught.value)
    assert "tingfeng.yaml:" in str(caught.value)


def test_author_key_is_a_secret(tmp_path: Path) -> None:
    """The key comes from the environment, must be long, and is never shown."""
    file = settings_file(tmp_path, "store:\n  author_key: ${AUTHOR_KEY}\n")
    settings = load_settings(file, {"AUTHOR_KEY": "k" * 20})
    assert settings.store.author_key == "k" * 20
    assert "kkk" not in repr(settings)
    with pytest.raises(ConfigError) as caught:
        load_settings(file, {"AUTHOR_KEY": "short"})
    assert "store.author_key: is shorter than 16" in str(caught.value)
    assert "short " not in str(caught.value).replace("shorter", "")
