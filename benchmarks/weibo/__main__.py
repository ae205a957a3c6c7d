"""Replay the posts at PATH and print what was found: ``python -m benchmarks.weibo PATH [--json]``.

PATH is ``posts.jsonl.gz`` of the corpus: Weibo posts of 2010 to 2015 in order of time, a thousand
originals with their reposts. Subjects, crisis types, playbooks and mapping are those beside this
file; everything else is as shipped. Figures are for this machine, the 30 posts are for a person.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.weibo.corpus import read_corpus
from benchmarks.weibo.findings import BIG, Findings, read_findings
from benchmarks.weibo.replay import Replay, prepare, replay
from flows.packs import read_packs
from flows.report_command import names_of
from flows.settings import load_settings
from flows.store_reader import connect_reading
from operators.errors import TingfengError
from operators.instants import SHANGHAI
from operators.model import LEVEL_NAMES
from operators.report.names import POLARITIES, Names

_SHOWN = 90


def measure(path: Path, var: Path, seed: int) -> tuple[Replay, Findings, Names]:
    """Replay into ``var`` and read the store back."""
    config = prepare(var)
    settings = load_settings(config)
    corpus = read_corpus(path, settings.subjects)
    took = replay(path, config, settings, corpus.published_ms)
    subjects = {subject.id: subject for subject in settings.subjects}
    with connect_reading(settings.store.dsn, settings.var) as reader:
        found = read_findings(reader.client, corpus, subjects, seed)
    return took, found, names_of(settings, read_packs(settings))


def lines(took: Replay, found: Findings, names: Names) -> Iterator[str]:
    """Yield the figures and the sample for people."""
    yield (
        f"{took.records:,} records; collect {took.collect_wall_s} s ({took.collect_cpu_s} s CPU), "
        f"run {took.run_wall_s} s ({took.run_cpu_s} s CPU, {took.peak_mb:.0f} MB)"
    )
    yield ", ".join(f"{name} {count:,}" for name, count in found.balance.items())
    signals = ", ".join(f"{name} {count}" for name, count in found.signals.items())
    levels = ", ".join(f"{LEVEL_NAMES[name]} {n}" for name, n in sorted(found.per_level.items()))
    yield f"{found.incidents} incidents ({levels}); signals: {signals}"
    for subject, kinds in found.per_subject.items():
        told = "、".join(f"{names.type_name(subject, kind)} {n}" for kind, n in kinds.items())
        yield f"  {names.subject_name(subject)}：{told}"
    yield f"original's text holds the subject in {found.original_holds_subject:.0%} of incidents"
    yield f"{found.posts_in_main_thread:.0%} of their posts hang on the incident's main original"
    yield (
        f"{found.big} originals have more than {BIG} reposts and name a subject: "
        f"{found.big_inside} are inside an incident, detected {found.delay_min} min (median) after "
        "the original. Of the others, the worst hour:"
    )
    for one in found.big_outside:
        share = f"{one.negative_1h} of {one.mentions_1h} negative"
        yield f"  {share}, {one.reposts} reposts in all: {_one_line(one.text)}"
    yield f"{len(found.sample)} posts behind incidents:"
    for number, post in enumerate(found.sample, 1):
        at = datetime.fromtimestamp(post.at_ms / 1000, SHANGHAI)
        who = names.subject_name(post.subject)
        kind = names.type_name(post.subject, post.crisis_type)
        via = "，随原帖" if post.inherited else ""
        unsure = "（把握低）" if post.uncertain else ""
        yield (
            f"{number:2} [{post.incident}] {at:%Y-%m-%d %H:%M} {who} / {kind}{via} / "
            f"{LEVEL_NAMES[post.level]} / {POLARITIES[post.polarity]} {post.p_negative}{unsure}"
        )
        yield f"     {_one_line(post.text)}"
        if post.original != post.text:
            yield f"     原帖：{_one_line(post.original)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_SHOWN]


def main(argv: list[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.weibo", description=__doc__)
    parser.add_argument("path", type=Path, help="posts.jsonl.gz of the corpus")
    parser.add_argument("--var", type=Path, help="folder to work in and keep (default: none kept)")
    parser.add_argument("--seed", type=int, default=1, help="of the sampled posts (default: 1)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    scratch = Path(tempfile.mkdtemp())
    try:
        var = options.var.resolve() if options.var else scratch / "weibo"
        took, found, names = measure(options.path, var, options.seed)
    except TingfengError as error:
        print(f"benchmarks.weibo: {error}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if options.json:
        body = {**asdict(took), **asdict(found), "machine": machine()}
        print(json.dumps(body, ensure_ascii=False))
    else:
        for line in lines(took, found, names):
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
