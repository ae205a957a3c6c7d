"""The READMEs are true: what they tell people to type, read and open exists, in both languages."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from flows.mapping import load_mapping
from flows.settings import load_settings
from flows.settings_schema import SECTIONS
from operators.decode import DecodeRules, decode
from operators.model import KINDS, Mention
from operators.wire import REASONS
from playbooks.crisis_types import PackEntry, read_crisis_types
from playbooks.reader import Reader
from playbooks.team import load_team

ROOT: Final = Path(__file__).parents[1]
READMES: Final = ("README.md", "README.zh-CN.md")
SCHEMA: Final = json.loads((ROOT / "operators/mention.schema.json").read_text())
BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
CODE: Final = re.compile(r"`([^`]+)`")
OPTION: Final = re.compile(r"--[a-z][a-z-]*")

both = pytest.mark.parametrize("readme", READMES)


def text_of(readme: str) -> str:
    """Return the whole README."""
    return (ROOT / readme).read_text(encoding="utf-8")


def blocks_of(readme: str, language: str = "") -> list[tuple[str, str]]:
    """Return the code blocks with their language; one language's only when it is given."""
    found = BLOCK.findall(text_of(readme))
    return [(kind, body) for kind, body in found if language in ("", kind)]


def prose_of(readme: str) -> str:
    """Return the README without its code blocks."""
    return BLOCK.sub("", text_of(readme))


def tables_of(readme: str) -> Iterator[list[list[str]]]:
    """Yield the tables, each as its rows of cells, without heads."""
    for table in re.findall(r"(?:^\|.*\|$\n?)+", prose_of(readme), re.MULTILINE):
        rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
        yield [[cell.strip() for cell in row] for row in rows[2:]]


def table_with(readme: str, first: str) -> list[list[str]]:
    """Return the only table in which the first cell of a row is ``first``."""
    found = [table for table in tables_of(readme) if any(row[0] == first for row in table)]
    assert len(found) == 1, first
    return found[0]


def names_in(readme: str, first: str) -> list[str]:
    """Return what stands as code in the first column of the table that has a row ``first``."""
    return [name for row in table_with(readme, first) for name in CODE.findall(row[0])]


def typed(readme: str) -> Iterator[list[str]]:
    """Yield the words of every command in a shell block, pipes taken apart."""
    for _kind, body in blocks_of(readme, "sh"):
        for line in body.replace("\\\n", " ").splitlines():
            lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>&;")
            lexer.whitespace_split = True
            words: list[str] = []
            for word in lexer:
                if set(word) <= set("|&;"):
                    yield words
                    words = []
                else:
                    words.append(word)
            yield words


@cache
def help_of(command: str) -> str:
    """Return what ``tingfeng COMMAND --help`` prints."""
    words = [sys.executable, "-m", "flows.cli", *command.split(), "--help"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@cache
def commands() -> frozenset[str]:
    """Return the commands there are."""
    listed = help_of("").partition("COMMAND\n")[2]
    return frozenset(re.findall(r"^ {4}(\w+)", listed, re.MULTILINE))


@cache
def options_of(command: str) -> frozenset[str]:
    """Return the options of a command."""
    listed = help_of(command).partition("options:")[2]
    found = re.findall(r"^ {2}(?:-\w, )?(--[a-z-]+)", listed, re.MULTILINE)
    return frozenset(found) - {"--help"}


def choices_of(command: str) -> list[str]:
    """Return what the first argument may be, empty when it is free."""
    text = help_of(command)
    found = re.search(r"arguments:\n {2}\{([\w,]+)\}", text)
    if found:
        return found[1].split(",")
    return re.findall(r"^ {4}(\w+)", text.partition("subcommands:\n")[2], re.MULTILINE)


def fields(schema: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the fields of the mention format, those within an object with its name before them."""
    for name, each in schema["properties"].items():
        if "properties" in each:
            yield from fields(each, f"{prefix}{name}.")
        else:
            yield prefix + name


@both
def test_commands_that_are_shown_exist(readme: str) -> None:
    """Every tingfeng command in a shell block is one, with options and arguments it takes."""
    shown = [words[1:] for words in typed(readme) if words[:1] == ["tingfeng"]]
    assert {words[0] for words in shown} >= commands() - {"alive", "demo", "migrate"}
    for command, *rest in shown:
        assert command in commands()
        assert not choices_of(command) or rest[0] in choices_of(command)
        whole = f"{command} {rest[0]}" if choices_of(command) else command
        assert {word for word in rest if word.startswith("--")} <= options_of(whole)


@both
def test_make_targets_that_are_shown_exist(readme: str) -> None:
    """Every make command in a shell block names a target of the Makefile."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shown = [words[1] for words in typed(readme) if words[:1] == ["make"]]
    assert {"demo", "test"} <= set(shown) <= set(targets)


def test_options_handed_on_by_make_exist() -> None:
    """What the READMEs put into ARGS of `make demo` are options of the demo."""
    handed = [
        words[2] for words in typed("README.md") if words[:2] == ["make", "demo"] and words[2:]
    ]
    assert handed
    for words in handed:
        assert words.startswith("ARGS=")
        assert set(OPTION.findall(words)) <= options_of("demo")


@both
def test_table_of_commands_is_complete(readme: str) -> None:
    """Every command is in the table with all its options and no other, every choice by itself."""
    rows = table_with(readme, "`tingfeng run`")
    told: dict[str, set[str]] = {}
    for name, options, _about in rows:
        told[name.strip("`")] = set(CODE.findall(options))
    named = {" ".join(name.split()[1:]) for name in told}
    for command in commands():
        wanted = [f"{command} {choice}" for choice in choices_of(command)] or [command]
        for each in wanted:
            found = [name for name in named if f"{name} ".startswith(f"{each} ")]
            assert len(found) == 1, each
            assert told[f"tingfeng {found[0]}"] == options_of(each), each
    assert {name.split()[0] for name in named} == commands()


def test_both_languages_have_the_same_parts() -> None:
    """Headings of the same depth in the same order, the same code, links and numbers of rows."""
    english, chinese = READMES
    depths = [re.findall(r"^(#+) ", prose_of(readme), re.MULTILINE) for readme in READMES]
    assert depths[0] == depths[1]
    assert blocks_of(english) == blocks_of(chinese)
    shapes = [[[len(row) for row in table] for table in tables_of(readme)] for readme in READMES]
    assert shapes[0] == shapes[1]
    links = [sorted(set(LINK.findall(prose_of(readme))) - set(READMES)) for readme in READMES]
    assert links[0] == links[1]


def test_code_in_tables_is_the_same_in_both_languages() -> None:
    """What stands as code in the first column of a table is never translated."""
    first, second = (
        [CODE.findall(row[0]) for table in tables_of(readme) for row in table] for readme in READMES
    )
    assert first == second


@both
def test_linked_files_exist(readme: str) -> None:
    """Every link that is no web address leads to a file or folder."""
    links = [link for link in LINK.findall(text_of(readme)) if "://" not in link]
    assert {"assets/wall.png", "assets/report.png"} <= set(links)
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


@both
def test_paths_in_the_text_exist(readme: str) -> None:
    """Every file or folder of the checkout that the text names is there."""
    folders = "operators|flows|playbooks|sql|benchmarks|dashboards|tests|deploy"
    named = re.findall(rf"`((?:{folders})/[^`\s]*)`", prose_of(readme))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


@both
def test_mention_table_has_the_fields_of_the_schema(readme: str) -> None:
    """The table of the mention format names the schema's fields, each once, in their order."""
    assert names_in(readme, "`published_at`") == list(fields(SCHEMA))


@both
def test_kinds_are_those_of_the_model(readme: str) -> None:
    """The row of `kind` names every kind of mention."""
    (row,) = [row for row in table_with(readme, "`kind`") if row[0] == "`kind`"]
    assert [kind for kind in KINDS if not re.search(rf"\b{kind}\b", row[2])] == []


@both
def test_reasons_are_all_listed(readme: str) -> None:
    """Every reason for which a mention is rejected is in the table, and what streams can hold."""
    listed = names_in(readme, "`not_json`")
    assert listed == [*REASONS, "no_mention_field", "bad_action", "bad_playbook", "bad_rules"]


@both
def test_tables_and_views_are_all_listed(readme: str) -> None:
    """The table of tables names every table of the migrations and every view beside its table."""
    rows = table_with(readme, "`pipeline_health`")
    tables = {name for row in rows for name in CODE.findall(row[0])}
    views = {name for row in rows for name in CODE.findall(row[1])}
    statements = "".join(path.read_text() for path in (ROOT / "sql/migrations").glob("*.sql"))
    made = set(re.findall(r"^CREATE TABLE (\w+)", statements, re.MULTILINE))
    renamed = dict(re.findall(r"^RENAME TABLE (\w+) TO (\w+)", statements, re.MULTILINE))
    dropped = set(re.findall(r"^DROP TABLE (\w+)", statements, re.MULTILINE))
    kept = (made - set(renamed)) | set(renamed.values()) - dropped
    assert tables == kept | {"schema_migrations"}
    assert views == {path.stem for path in (ROOT / "sql/views").glob("*.sql")}


@both
def test_sections_of_the_settings_are_all_listed(readme: str) -> None:
    """The table of settings has every section of the settings file."""
    listed = names_in(readme, "`recovery`")
    assert set(SECTIONS) <= set(listed)
    example = (ROOT / "flows/tingfeng.example.yaml").read_text()
    assert [name for name in listed if not re.search(rf"^#?{name}:", example, re.MULTILINE)] == []


@both
def test_examples_of_mentions_can_be_read(readme: str) -> None:
    """Every line of a JSON block, and every mention put into a stream, is a good mention."""
    lines = [line for _kind, body in blocks_of(readme, "json") for line in body.splitlines()]
    for words in typed(readme):
        lines += [after for word, after in pairwise(words) if word == "mention"]
    assert len(lines) >= 4
    for line in lines:
        assert isinstance(decode(line.encode(), 1_800_000_000_000, DecodeRules()), Mention), line


@both
def test_yaml_blocks_are_good_files(readme: str, tmp_path: Path) -> None:
    """Every YAML block is a settings file, mapping, team or pack without a problem."""
    secrets = {"REDIS_PASSWORD": "secret", "CLICKHOUSE_PASSWORD": "secret"}
    found = set()
    for number, (_kind, body) in enumerate(blocks_of(readme, "yaml")):
        path = tmp_path / f"{number}.yaml"
        path.write_text(body, encoding="utf-8")
        keys = yaml.safe_load(body).keys()
        if "platform" in keys:
            assert load_mapping(path).rules
            found.add("mapping")
        elif "roles" in keys:
            assert load_team(path).roles
            found.add("team")
        elif "crisis_types" in keys:
            assert_pack(path)
            found.add("pack")
        else:
            settings = load_settings(path, secrets)
            found |= {"subjects"} if settings.subjects else set()
            found |= {"thresholds"} if settings.thresholds else set()
            found |= {"servers"} if settings.redis.url != "embedded" else set()
    assert found == {"mapping", "team", "pack", "subjects", "thresholds", "servers"}


def assert_pack(file: Path) -> None:
    """Check that a pack's file has crisis types, and no problem."""
    reader = Reader(str(file))
    data = reader.document(file.read_text(encoding="utf-8"), PackEntry)
    assert data is not None
    types = read_crisis_types(reader, data)
    assert reader.problems == []
    assert all(one.rules and one.unless for one in types)


@both
def test_errors_are_shown_as_they_are(readme: str, tmp_path: Path) -> None:
    """The errors that are quoted are what a file with these mistakes brings about."""
    config = tmp_path / "tingfeng.yaml"
    config.write_text(
        "redis:\n  partitons: 4\nsubjects:\n  - id: a\n    name: 星河银行\n\n    industry: bank\n",
        encoding="utf-8",
    )
    words = [sys.executable, "-m", "flows.cli", "migrate", "--config", str(config)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    (shown,) = [body for kind, body in blocks_of(readme, "text") if "try" in body]
    assert done.returncode == 2
    assert done.stderr.replace(str(config), "tingfeng.yaml") == shown


@both
def test_figures_have_their_place(readme: str) -> None:
    """The figures stand between their two markers, once."""
    assert re.findall(r"<!-- (/?figures) -->", text_of(readme)) == ["figures", "/figures"]
