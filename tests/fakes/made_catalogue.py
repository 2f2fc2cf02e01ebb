"""A language made for tests: every sentence of the catalogue in brackets, compiled as gettext reads it."""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Mapping
from pathlib import Path

LEFT, RIGHT = "\u27e6", "\u27e7"
_MESSAGE = re.compile(r'^msgid (".*")$', re.MULTILINE)


def sentences(template: Path) -> list[str]:
    """Read every sentence of a template that `python -m photodouble.generate` wrote."""
    found = [ast.literal_eval(one) for one in _MESSAGE.findall(template.read_text(encoding="utf-8"))]
    return [one for one in found if one]


def bracketed(template: Path) -> dict[str, str]:
    """Translate every sentence into itself between brackets."""
    return {one: LEFT + one + RIGHT for one in sentences(template)}


def compiled(pairs: Mapping[str, str], path: Path) -> Path:
    """Write pairs as a `.mo` file, laid out as gettext's manual says (the format of GNU MO files)."""
    rows = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **pairs}.items())
    sources = [source.encode() for source, _ in rows]
    told = [text.encode() for _, text in rows]
    count, head = len(rows), 28
    place = head + 16 * count
    tables, texts = b"", b""
    for column in (sources, told):
        for one in column:
            tables += struct.pack("<II", len(one), place + len(texts))
            texts += one + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, count, head, head + 8 * count, 0, head)
    path.write_bytes(header + tables + texts)
    return path
