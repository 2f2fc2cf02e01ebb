"""The paths that a reference of a cut may mean: URLs, encoded or not, and plain paths of any system.

OpenTimelineIO's own `filepath_from_url` ends a path at `#`, decodes `%04d` and decodes twice, so sequences
written with either would be lost.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

from photodouble.image.pattern import NamePattern, parse_pattern
from photodouble_client.frames import FrameRange
from photodouble_client.pathmap import PathMap, is_full_path

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_DRIVE = re.compile(r"/?[A-Za-z][:|][\\/]")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SURE_NUMBER = re.compile(r"%(?=0\d?d)")
"""The place of a frame number, such as %04d: as an escape it would stand for a control character."""
_ANY_NUMBER = re.compile(r"%(?=0?\dd)")
_PLACE = re.compile(r"#|@|%0?\d*d|\$F|\[-?\d+-")
_PRINTF = re.compile(r"(.*)%0?(\d?)d(\.\w+)", re.DOTALL)
_HASHES = re.compile(r"([^#@%$\[\]]*(?<!\d))(#+)(\.\w+)", re.DOTALL)
_BRACKETS = re.compile(r"([^#@%$\[\]]*)\[(\d{1,8})-(\d{1,8})\](\.\w+)", re.DOTALL)
_ENDLESS = re.compile(r"\d{8}")
_LONGEST_NAME = 1000
_LONGEST_RUN = 10**6
_RANGE_BEHIND = re.compile(r"(.+\.\w+) +(-?\d+)-(-?\d+)\Z")


def path_readings(url: str) -> tuple[str, ...]:
    """Return the paths that a target URL may mean, the likeliest first; none for what lies on a network.

    A file URL is read as encoded first, a plain path as it stands. `%04d` and `#` stay what they are, and
    names are also read in the other Unicode forms, because macOS writes them taken apart.
    """
    text = url.strip()
    scheme = _SCHEME.match(text)
    if scheme is None or _DRIVE.match(text):
        found = [text, *_decoded(text)]
    elif scheme[1].lower() == "file":
        rest = text[scheme.end() :]
        found = [_without_host(one) for one in (*_decoded(rest), rest)]
    elif text[scheme.end() : scheme.end() + 2] == "//":
        return ()
    else:
        found = [text, *_decoded(text)]
    forms = [*found, *(unicodedata.normalize(form, one) for form in ("NFC", "NFD") for one in found)]
    return tuple(dict.fromkeys(one for one in forms if one and one.isprintable()))


def here(path: str, near: Path, maps: PathMap) -> str:
    """Write a path as it is on this machine: by the path maps, or beside the edit if it is relative."""
    mapped = maps.localise_path(path)
    if is_full_path(mapped):
        return mapped
    return str(near / (mapped if "/" in mapped else mapped.replace("\\", "/")))


def is_foreign(path: str) -> bool:
    """Say whether a full path is of another system, so that no file can lie there on this one."""
    return is_full_path(path) and not Path(path).is_absolute()


def pattern_of(path: str) -> tuple[NamePattern, FrameRange | None]:
    """Take a path apart as a pattern; the frames are those written in or behind it, if any are.

    A name that no pattern fits is one file of that name, whatever signs it holds.
    """
    behind = _RANGE_BEHIND.match(path)
    if behind is not None and _PLACE.search(Path(behind[1]).name):
        return _pattern(behind[1])[0], _run(behind[2], behind[3])
    return _pattern(path)


def _pattern(path: str) -> tuple[NamePattern, FrameRange | None]:
    """Look at the usual ways of writing a pattern first: thousands of clips need no grammar for theirs."""
    folder, name = Path(path).parent, Path(path).name
    one = NamePattern(folder, name, "", 0, None, True)
    if not _PLACE.search(name) or len(name) > _LONGEST_NAME or _is_file(path):
        return one, None
    if match := _PRINTF.fullmatch(name):
        return NamePattern(folder, match[1], match[3], max(1, int(match[2] or 1)), None, False), None
    if match := _HASHES.fullmatch(name):
        width = len(match[2]) if len(match[2]) > 1 else 4
        return NamePattern(folder, match[1], match[3], width, None, False), None
    if match := _BRACKETS.fullmatch(name):
        width = max(2, len(match[2]))
        return NamePattern(folder, match[1], match[4], width, None, False), _run(match[2], match[3])
    if _ENDLESS.search(name):
        return one, None
    try:
        pattern = parse_pattern(path)
    except (ValueError, TypeError, OSError):
        return one, None
    return pattern, pattern.frames


def _run(first: str, last: str) -> FrameRange | None:
    low, high = sorted((int(first), int(last)))
    return FrameRange(range(low, high + 1)) if high - low < _LONGEST_RUN else None


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def pattern_text(pattern: NamePattern) -> str:
    """Write a pattern as this house does: hashes, or %04d where the name itself holds a hash."""
    if pattern.is_single:
        return str(pattern.folder / pattern.prefix)
    name_holds_signs = any(sign in pattern.prefix + pattern.suffix for sign in "#@")
    place = f"%0{pattern.width}d" if name_holds_signs or pattern.width == 1 else "#" * pattern.width
    return str(pattern.folder / f"{pattern.prefix}{place}{pattern.suffix}")


def _decoded(text: str) -> list[str]:
    """Undo percent escapes; where it is unsure whether %4d is one, both readings are given."""
    if not _ESCAPE.search(text):
        return []
    sure, every = (_unquoted(number.sub("%25", text)) for number in (_SURE_NUMBER, _ANY_NUMBER))
    others = _ESCAPE.search(_ANY_NUMBER.sub("", text))
    return [sure, every] if others else [every, sure]


def _unquoted(text: str) -> str:
    plain = unquote(text)
    return unquote(text, encoding="latin-1") if "\ufffd" in plain else plain


def _without_host(rest: str) -> str:
    """Take `//host` off what follows `file:`; a server's name begins a UNC path, a drive stays."""
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if re.match(r"[A-Za-z][:|]", host) or host.startswith("\\\\"):
            rest = host + slash + path
        else:
            rest = f"/{path}" if host.lower() in ("", "localhost") else f"//{host}/{path}"
    if rest.startswith("/\\\\"):
        return rest[1:]
    return rest[1] + ":" + rest[3:] if re.match(r"/[A-Za-z][:|]([\\/]|\Z)", rest) else rest
