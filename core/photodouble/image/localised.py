"""One picture per language or market: which file of an artwork is meant."""

from __future__ import annotations

import re
from pathlib import Path

from photodouble_client.errors import ArtistError

WORD = "{locale}"


def localised(path: str, locale: str) -> str:
    """Return the path of an artwork for a locale: `poster.png` and `de` give `poster.de.png`.

    A path with `{locale}` in it has it filled in. Without a locale the path is taken as it is. Raises
    ArtistError `usage.bad_value` for a locale that is no plain word, or that the path asks for in vain.
    """
    if not locale:
        if WORD in path:
            raise _wrong("No locale was given", f"The artwork {path} is one per locale.")
        return path
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", locale):
        raise _wrong("The locale is not understood", f"{locale!r} is no plain word such as de or pt-BR.")
    if WORD in path:
        return path.replace(WORD, locale)
    given = Path(path)
    if not given.suffix:
        return path
    stem, _, suffix = given.name.rpartition(".")
    numbered = re.fullmatch(r"(.*?)([._](?:#+|%0?\d*d|\$F\d*))", stem)
    name = f"{numbered[1]}.{locale}{numbered[2]}.{suffix}" if numbered else f"{stem}.{locale}.{suffix}"
    return str(given.with_name(name))


def _wrong(title: str, message: str) -> ArtistError:
    return ArtistError("usage.bad_value", title, message, "Give a locale, such as de (--locale).")
