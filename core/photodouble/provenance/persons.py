"""Add a person: a key in the user's own folder, its public half in the show; list the people of a show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from photodouble.settings import find_show
from photodouble_client.errors import ArtistError

from .keys import load_public, new_person_key, own_persons, person_file
from .people import Person, check_id
from .show import Show


def add_person(
    ident: str, *, name: str = "", role: str = "", passphrase: str = "", show: Path | None = None
) -> dict[str, Any]:
    """Make the key of a person, and put its public half into a show's `photodouble.toml` if one is named.

    Whoever has a key already gets no other one: its public half goes into the show. Raises ArtistError before
    anything is written: `input.output_exists` when the person has a key and no show is named, or is in the
    show already, `usage.bad_value` when there is no such show.
    """
    check_id(ident)
    path = _show_file(ident, show) if show is not None else None
    held = load_public(ident) if path is not None and not passphrase else None
    public = held or new_person_key(ident, passphrase).public
    lines = Person(ident, name or ident, role, public.text()).lines()
    if path is not None:
        from photodouble.takes.files import telling_disk_errors

        with telling_disk_errors(path), path.open("a", encoding="utf-8") as stream:
            stream.write("\n" + lines)
    return {
        "person": ident,
        "file": str(person_file(ident)),
        "lines": lines,
        "show": str(path or ""),
        "is_new": held is None,
    }


def people_near(near: Path) -> list[dict[str, Any]]:
    """List the people of the show that a folder lies in, and those whose keys this user holds."""
    show, own = Show.find(near), own_persons()
    people = [*show.people.values(), *(_own(each) for each in own if each not in show.people)]
    return [
        {
            "id": each.id,
            "name": each.name,
            "role": each.role,
            "key": each.key,
            "held": each.id in own,
            "counts": each.id in show.people,
        }
        for each in people
    ]


def _own(ident: str) -> Person:
    public = load_public(ident)
    return Person(ident, "", "", public.text() if public is not None else "")


def _show_file(ident: str, show: Path) -> Path:
    path = find_show(show)
    if path is None:
        raise ArtistError(
            "usage.bad_value",
            "There is no show there",
            f"No photodouble.toml is found at {show} or above it.",
            "Name the folder of a show, or none (--show) and pass the lines on.",
        )
    if ident in Show.find(show).people and "people" in path.read_text(encoding="utf-8"):
        raise ArtistError(
            "input.output_exists",
            "This person is in the show already",
            f"{path} has a table [people.{ident}].",
            "Choose another id, or take the old lines out first.",
        )
    return path
