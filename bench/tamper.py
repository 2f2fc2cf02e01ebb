"""Change a site in a thousand ways and see that none goes unseen; look at it untouched and hear no alarm.

    python bench/tamper.py [--edits 1000] [--reads 1000] [--seed 1] [--folder DIR]

Each edit is made on a site that is whole, looked at with the library behind `photodouble verify`, and undone.
The last line is JSON: edits, found, false_alarms; and unpinned, the rows at the ledger's end that no manifest
or signed head names yet: those could be cut unseen, and are not among the edits.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from _tamper_edits import EDITS
from _tamper_site import Site, make_site

from photodouble.provenance.history import pins_of
from photodouble.provenance.ledger import Ledger
from photodouble.provenance.verify import SAME, SAME_PIXELS, verify

Checker = Callable[[Site], bool]


def is_whole(site: Site) -> bool:
    """Look at the show with its takes and delivery, and at the host's copy."""
    with redirect_stdout(sys.stderr):
        show = verify(str(site.show), site.store, site.settings)
        host = verify(str(site.host), site.store, site.settings)
    return show.is_intact and host.is_intact and {one.state for one in host.files} == {SAME_PIXELS}


def campaign(site: Site, edits: int, seed: int, check: Checker = is_whole) -> tuple[int, Counter[str]]:
    """Make so many edits, each undone; return how many were seen, and those that were not by their kind."""
    chance = random.Random(seed)
    before = _contents(site)
    seen, missed = 0, Counter[str]()
    for number in range(edits):
        edit = EDITS[number % len(EDITS)]
        did = ""
        while not did:
            did = edit(site, chance)
        if check(site):
            missed[f"{edit.__name__}: {did}"] += 1
        else:
            seen += 1
        _restore(site, before)
        if number % 10 == 0 and not is_whole(site):
            raise RuntimeError(f"the site is not whole again after: {did}")
        if (number + 1) % 100 == 0:
            print(f"{number + 1} edits, {seen} found", flush=True)
    return seen, missed


def alarms(site: Site, reads: int, seed: int) -> int:
    """Look so many times at something untouched; return how often anything was called wrong."""
    chance = random.Random(seed)
    takes = sorted((site.show / "takes").rglob("result"))
    pictures = sorted(path for folder in takes for path in folder.glob("*.exr"))
    whole = [site.show, site.show / "takes", site.show / "delivery", *takes]
    wrong = 0
    for _ in range(reads):
        given = chance.choice([*whole, *chance.sample(pictures, 4), site.host, site.host / "comp.####.exr"])
        with redirect_stdout(sys.stderr):
            found = verify(str(given), site.store, site.settings)
        wanted = SAME_PIXELS if given.is_relative_to(site.host) else SAME
        wrong += not found.is_intact or any(one.state != wanted for one in found.files)
    return wrong


def unpinned(site: Site) -> int:
    """Return how many rows at the end of the ledger nothing outside it names yet."""
    with Ledger.open(site.settings) as ledger:
        return ledger.head()[0] - ledger.pinned(pins_of(site.store.all()))


def main() -> None:
    """Make a site, tamper with it, and print what was found."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="photodouble-tamper-", dir=options.folder) as folder:
        os.environ["PHOTODOUBLE_USER"] = str(Path(folder) / "user" / "photodouble.toml")
        site = make_site(Path(folder) / "site")
        begun = time.perf_counter()
        wrong = alarms(site, options.reads, options.seed)
        print(
            f"{options.reads} untouched reads, {wrong} alarms, {time.perf_counter() - begun:.0f} s",
            flush=True,
        )
        found, missed = campaign(site, options.edits, options.seed)
        for what, count in missed.most_common():
            print(f"NOT SEEN {count} x {what}")
        told = {"edits": options.edits, "found": found, "false_alarms": wrong, "unpinned": unpinned(site)}
        print(json.dumps(told))


def _contents(site: Site) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(_files(site))}


def _restore(site: Site, before: dict[Path, bytes]) -> None:
    for path in _files(site):
        if path not in before:
            path.unlink()
    for path, content in before.items():
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)


def _files(site: Site) -> list[Path]:
    return [path for top in (site.show, site.host, site.state) for path in top.rglob("*") if path.is_file()]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--reads", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None)
    return parser.parse_args()


if __name__ == "__main__":
    main()
