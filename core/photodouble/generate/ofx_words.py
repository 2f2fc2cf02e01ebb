"""The words of the OpenFX node, as a table of C: `resolve/ofx/words.h`, made from the declarations."""

from __future__ import annotations

from pathlib import Path

from photodouble_client.specs import SPECS
from photodouble_client.take_nodes import KINDS
from photodouble_client.version import VERSION
from photodouble_client.view_controls import STAGED, VIEWS, ViewControl, view_choices

WORDS = Path(__file__).resolve().parents[3] / "resolve" / "ofx" / "words.h"

_HEAD = """\
/* Made by 'python -m photodouble.generate' from photodouble_client/view_controls.py: change words there. */
#ifndef PHOTODOUBLE_WORDS_H
#define PHOTODOUBLE_WORDS_H
"""
_FIELDS = "const char *name, *label, *help; double normal, least, most, low, high; int animates;"


def words() -> str:
    """Write the table: the node's names, its controls, its views and the colours of the kinds of origin."""
    kinds = list(dict.fromkeys(f"PD_KIND_{control.kind.upper()}" for control in STAGED))
    views = ", ".join(map(_quoted, view_choices()))
    return "\n".join(
        [
            _HEAD,
            f"#define PD_VERSION {_quoted(VERSION)}",
            f"#define PD_DESCRIPTION {_quoted(_description())}",
            f"#define PD_KIND_COUNT {len(KINDS)}",
            f"#define PD_CONTROL_COUNT {len(STAGED)}",
            f"#define PD_VIEW_COUNT {len(VIEWS)}",
            "",
            f"enum {{ {', '.join(kinds)} }};",
            f"enum {{ {', '.join('PD_VIEW_' + view.upper() for view in VIEWS)} }};",
            "",
            f"typedef struct {{ int kind; {_FIELDS} }} Control;",
            "",
            "static const Control PD_CONTROLS[PD_CONTROL_COUNT] = {",
            *(_control(control) for control in STAGED),
            "};",
            f"static const char *const PD_VIEWS[PD_VIEW_COUNT] = {{{views}}};",
            "static const float PD_KINDS[PD_KIND_COUNT][3] = {",
            *(f"    {{{', '.join(f'{value!r}f' for value in kind)}}}," for kind in KINDS),
            "};",
            "",
            "#endif",
            "",
        ]
    )


def is_stale(path: Path = WORDS) -> bool:
    """Say whether the table is missing or differs from what would be made now."""
    return not path.is_file() or path.read_bytes() != words().encode("utf-8")


def write_words(path: Path = WORDS) -> list[Path]:
    """Write the table if it differs; return what changed."""
    if not is_stale(path):
        return []
    path.write_bytes(words().encode("utf-8"))
    return [path]


def _description() -> str:
    made = ", ".join(spec.label for spec in SPECS.values())
    return f"Shows a staged take of Photo Double ({made}) over the picture that comes in."


def _control(control: ViewControl) -> str:
    words = ", ".join(_quoted(text) for text in (control.key, control.label, control.help))
    numbers = (
        control.default,
        control.minimum,
        control.maximum,
        control.soft_minimum,
        control.soft_maximum,
    )
    told = ", ".join(f"{number:g}" for number in numbers)
    return f"    {{PD_KIND_{control.kind.upper()}, {words},\n     {told}, {int(control.animates)}}},"


def _quoted(text: str) -> str:
    """Write text as a string of C; every sign but plain ASCII as its bytes."""
    signs = (
        f"\\{chr(byte)}" if chr(byte) in '"\\?' else chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
        for byte in text.encode("utf-8")
    )
    return '"' + "".join(signs) + '"'
