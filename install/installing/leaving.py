"""Take out what was installed: all of it, one host, an older version, or what did not go."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from installing.options import Wish
from installing.problems import InstallError
from installing.receipt import Entry, Receipt, read, read_all
from installing.removing import Say, take_out
from photodouble_client.host_paths import Machine, receipts_folder


def uninstall(wish: Wish, machine: Machine, say: Say) -> int:
    """Take out what was installed, or one host of it; status 1 where something was left."""
    base = wish.studio or wish.prefix
    chosen = [each for each in receipts_of(wish, machine) if not base or os.path.dirname(each.place) == base]
    if not chosen:
        say("Nothing is installed" + (f" at {base}." if base else " here."))
        return 0
    kept = []
    for receipt in chosen:
        say(f"Photo Double {receipt.version}, receipt {receipt.path}")
        for entry in receipt.entries if wish.dry_run else []:
            empty = " (if nothing else is in it)" if entry.kind == "folder" else ""
            say(f"  would take out {entry.path}{empty}")
        if wish.dry_run:
            continue
        kept += take_out(receipt, say, force=wish.force, wanted=functools.partial(_is_wanted, wish))
        receipt.hosts = tuple(host for host in receipt.hosts if wish.hosts and host not in wish.hosts)
        if os.path.exists(receipt.path):
            receipt.save()
    for path in kept:
        say(f"left, because it was changed since it was installed (--force removes it): {path}")
    if not wish.dry_run:
        say("Your takes, keys, settings and history stay where they are." if not wish.hosts else "Done.")
    return 1 if kept else 0


def replace_older(older: Receipt, say: Say) -> None:
    """Take out an older version, whose place a newer one has taken."""
    say(f"\nTake out version {older.version}:")
    for path in take_out(older, say):
        say(f"  left, because it was changed since: {path}")


def roll_back(receipt: Receipt, say: Say) -> None:
    """After a first installation that did not go: leave nothing behind."""
    say("\nTaking out what was made:")
    try:
        take_out(receipt, say, force=True)
    except (InstallError, OSError) as problem:
        say(f"  not all of it: {problem}. Run install.py --uninstall once.")


def receipts_of(wish: Wish, machine: Machine) -> list[Receipt]:
    """Read the receipts of a studio, or those of this user."""
    if not wish.studio:
        return read_all(receipts_folder(machine))
    return [read(str(path)) for path in sorted(Path(wish.studio).glob("*/receipt.json"))]


def folders_above(wish: Wish, machine: Machine) -> list[str]:
    """List the folders around a studio, and its own, that an installation made."""
    inside = os.path.join(wish.studio, "")
    return [
        entry.path
        for receipt in (receipts_of(wish, machine) if wish.studio and not wish.dry_run else [])
        for entry in receipt.entries
        if entry.kind == "folder" and inside.startswith(entry.path + os.sep)
    ]


def _is_wanted(wish: Wish, entry: Entry) -> bool:
    """Say whether an entry belongs to what shall be taken out."""
    return not wish.hosts or entry.part in wish.hosts
