"""``tingfeng playbooks check|publish|list``."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from flows.embedded_redis import connect, serving
from flows.plan import read_packs
from flows.publish import publish_now
from flows.settings_schema import Settings
from playbooks.schema import content_hash


def playbooks_command(what: str, settings: Settings, folders: Sequence[Path]) -> int:
    """Load the packs, which checks them, and print, publish or list them."""
    if folders:
        settings = dataclasses.replace(settings, packs=tuple(folders))
    packs = read_packs(settings)
    total = sum(len(pack.playbooks) for pack in packs)
    if what == "check":
        types = sum(len(pack.crisis_types) for pack in packs)
        print(f"{len(packs)} packs, {types} crisis types, {total} playbooks: no problem found")
    elif what == "list":
        for pack in packs:
            print(f"{pack.industry} {pack.name}")
            for playbook in pack.playbooks:
                print(f"  {playbook.id}  {content_hash(playbook)}  {playbook.title}")
    else:
        with serving(settings.redis.url, settings.var) as url:
            client = connect(url)
            try:
                done = publish_now(client, packs)
            finally:
                client.close()
        print(f"put {len(done.put)}, withdrawn {len(done.retired)}, unchanged {done.same}")
    return 0
