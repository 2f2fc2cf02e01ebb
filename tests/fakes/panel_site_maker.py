"""Make a shot, a show with a take, or a key, for tests in a Python that cannot: see `panel_site.py`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]


def main(what: str, *words: str) -> None:
    """Make it; a key's public half is printed."""
    {"shot": _shot, "take": _take, "person": _person, "key": _key}[what](*words)


def _shot(folder: str, first: str, last: str) -> None:
    from conftest import write_shot

    write_shot(Path(folder), range(int(first), int(last) + 1))


def _take(folder: str) -> None:
    from conftest import write_shot
    from finished_takes import make_take

    make_take(Path(folder), write_shot, range(1001, 1003))


def _person(folder: str, name: str, role: str) -> None:
    from finished_takes import Made

    Made(Path(folder)).decided_by(name, role)


def _key(person: str, passphrase: str) -> None:
    from photodouble.provenance.keys import new_person_key

    print(new_person_key(person, passphrase=passphrase).public_text())  # noqa: T201, the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
