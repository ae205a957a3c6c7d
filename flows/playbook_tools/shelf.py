"""``tingfeng playbooks check|list|publish``: the library as a whole."""

import argparse

from flows.packs import read_packs
from flows.settings_schema import Settings
from playbooks.advice import advice_on
from playbooks.alike import LIMIT, load_fixed_paragraphs, pairs
from playbooks.law import load_clocks
from playbooks.schema import content_hash


def check(options: argparse.Namespace, settings: Settings) -> int:
    """Load the packs, which checks them, and say what a reviewer would send back."""
    packs = read_packs(settings)
    load_clocks(settings.packs)
    playbooks = [playbook for pack in packs for playbook in pack.playbooks]
    for playbook in playbooks:
        for advice in advice_on(playbook):
            print(f"advice: {playbook.id}: {advice.path}: {advice.text}")
    fixed = [paragraph.text for paragraph in load_fixed_paragraphs()]
    found = pairs(playbooks, fixed)
    for pair in found:
        if pair.likeness > LIMIT:
            print(f"advice: {pair.one}: {pair.likeness:.0%} alike with {pair.other}")
    shown: int = options.alike
    for pair in found[:shown]:
        print(f"{pair.likeness:6.1%}  {pair.one}  {pair.other}")
    types = sum(len(pack.crisis_types) for pack in packs)
    print(
        f"{len(packs)} packs, {types} crisis types, {len(playbooks)} playbooks: no problem found"
        + (f"; most alike {found[0].likeness:.0%}" if found else "")
    )
    return 0


def listing(_options: argparse.Namespace, settings: Settings) -> int:
    """List the playbooks of each pack with their versions."""
    for pack in read_packs(settings):
        print(f"{pack.industry} {pack.name}")
        for playbook in pack.playbooks:
            levels = ",".join(playbook.levels)
            print(
                f"  {playbook.id}  {content_hash(playbook)}  {playbook.crisis_type}  {levels}  "
                f"{playbook.strategy}  {playbook.title}"
            )
    return 0


def put_out(_options: argparse.Namespace, settings: Settings) -> int:
    """Put what changed into the stream of playbooks, withdraw what is gone."""
    from flows.embedded_redis import connect, serving
    from flows.publish import publish_now

    packs = read_packs(settings)
    with serving(settings.redis.url, settings.var) as url:
        client = connect(url)
        try:
            done = publish_now(client, packs)
        finally:
            client.close()
    print(f"put {len(done.put)}, withdrawn {len(done.retired)}, unchanged {done.same}")
    return 0
