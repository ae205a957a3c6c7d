"""``tingfeng sql``: a statement or a named question, listed, shown or answered."""

import shutil
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.settings import load_settings
from flows.sql_command import run
from flows.store import open_store
from flows.store_reader import connect_reading
from flows.text_table import lay_out
from operators.errors import StoreError
from sql.questions import Question, read_questions


def sql_command(config: Path | None, options: Namespace) -> int:
    """Carry out the command: list or show the named questions, or answer one question."""
    if options.list:
        list_questions()
        return 0
    if options.dictionary:
        print(_dictionary(), end="")
        return 0
    if options.query is None:
        msg = "no question given (try: tingfeng sql --list)"
        raise StoreError(msg)
    sql, params = statement_of(options.query, options.param)
    if options.show:
        if options.query.startswith("@"):
            show_question(question_of(options.query), params)
        else:
            print(sql)
        return 0
    settings = load_settings(config)
    with connect_reading(settings.store.dsn, settings.var) as reader:
        run(reader, sql, options.format, settings.timezone, params=params, out=options.out)
    return 0


def _dictionary() -> str:
    """Write the dictionary of this release's schema, made in a store that is thrown away."""
    from sql.dictionary import dictionary
    from sql.migrate import migrate

    with (
        TemporaryDirectory() as folder,
        closing(open_store(f"chdb://{Path(folder).absolute() / 'store'}", create=True)) as client,
    ):
        migrate(client, {})
        return dictionary(client)


def statement_of(query: str, given: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Give the statement of a query and what is bound in it; ``@name`` is a named question.

    ``given`` are ``name=value`` of the command line. Raises StoreError for what is not known.
    """
    values: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            msg = f"--param {one}: not a value (try --param limit=10)"
            raise StoreError(msg)
        values[name] = value
    if not query.startswith("@"):
        return query, values
    question = question_of(query)
    return question.sql, question.values(values)


def question_of(query: str) -> Question:
    """Give the question named by ``@name``; raises StoreError with what there is."""
    questions = read_questions()
    found = questions.get(query.removeprefix("@"))
    if found is None:
        msg = f"no question {query} (try {', '.join(f'@{name}' for name in questions)})"
        raise StoreError(msg)
    return found


def list_questions() -> None:
    """Print the named questions with what they take."""
    rows = [
        (
            f"@{one.name}",
            one.title,
            " ".join(
                item.name if item.default is None else f"[{item.name}]" for item in one.parameters
            ),
        )
        for one in read_questions().values()
    ]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in lay_out(
        ("名称", "问题", "参数（方括号内可省）"),
        rows,
        right=(False, False, False),
        longest=90,
        room=room,
    ):
        print(line)
    print("\n用法：tingfeng sql @名称 --param 参数=值；加 --show 看语句和参数说明")


def show_question(question: Question, given: Mapping[str, str]) -> None:
    """Print what a question asks, what it takes, and the statement with its values."""
    print(f"-- {question.title}")
    for line in question.about.splitlines():
        print(f"-- {line}")
    for one in question.parameters:
        default = "必填" if one.default is None else f"缺省 {one.default or '空'}"
        print(f"-- {one.name} ({one.type}，{default})：{one.about}")
    print(question.filled(dict(given)))
