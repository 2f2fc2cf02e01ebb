"""The words of the OpenFX node, as tables of C: `resolve/ofx/words.h`, made from the declarations.

The tables hold all that a host is told while the node describes itself, in the order in which it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
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
_SIGNS = (0x01C0, 0, 0, 0x7B6F, 0x2C97, 0x73E7, 0x73CF, 0x5BC9, 0x79CF, 0x79EF, 0x7292, 0x7BEF, 0x7BCF)
"""The signs from '-' to '9' (without '.' and '/'), three by five, a bit each from the upper left."""

_TOLD = "typedef struct { int kind; const char *name, *text; double number; } Told;"
_KINDS_TOLD = "enum { PD_END, PD_STRING, PD_INT, PD_DOUBLE, PD_CLIP, PD_CONTROL };"
_TYPES = {
    "folder": "String",
    "label": "String",
    "button": "PushButton",
    "choice": "Choice",
    "float": "Double",
    "int": "Integer",
    "bool": "Boolean",
    "hidden": "Integer",
}
_MODES = {"folder": "DirectoryPath", "label": "Label"}


def words() -> str:
    """Write the tables: what a host is told, the views, the colours of the kinds of origin, the digits."""
    signs = ", ".join(f"{sign:#06x}" for sign in _SIGNS)
    return "\n".join(
        [
            _HEAD,
            f"#define PD_VIEW_COUNT {len(VIEWS)}",
            f"enum {{ {', '.join('PD_VIEW_' + view.upper() for view in VIEWS)} }};",
            "",
            "/* The colours of the kinds of origin; the signs from - to 9, three by five. */",
            f"#define PD_KIND_COUNT {len(KINDS)}",
            "static const float PD_KINDS[PD_KIND_COUNT][3] = {",
            *(f"    {{{', '.join(f'{value!r}f' for value in kind)}}}," for kind in KINDS),
            "};",
            f"static const unsigned short PD_SIGNS[] = {{{signs}}};",
            "",
            "/* What a host is told. text: of a control its type; number: of a text its place. */",
            "#ifdef OFX",
            _KINDS_TOLD,
            _TOLD,
            "",
            *_table("PD_NODE", _node()),
            *_table("PD_CONTEXT", _context()),
            *_table("PD_MATTE_INPUT", _matte()),
            "#endif",
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


def _node() -> Iterator[str]:
    made = ", ".join(spec.label for spec in SPECS.values())
    said = f"Shows a staged take of Photo Double ({made}) over the picture that comes in."
    yield _string("PropLabel", _quoted("Photo Double Take"))
    yield _string("PropPluginDescription", _quoted(said))
    yield _string("PropVersionLabel", _quoted(VERSION))
    yield _string("ImageEffectPluginPropGrouping", _quoted("Photo Double"))
    yield _string("ImageEffectPropSupportedContexts", "OFX(ImageEffectContextFilter)")
    yield _string("ImageEffectPropSupportedContexts", "OFX(ImageEffectContextGeneral)", 1)
    yield _string("ImageEffectPropSupportedPixelDepths", "OFX(BitDepthFloat)")
    yield _string("ImageEffectPluginRenderThreadSafety", "OFX(ImageEffectRenderFullySafe)")
    # These two only make a host of OpenFX 1.5 tell its space; nothing is ever converted.
    yield _string("ImageEffectPropColourManagementStyle", "OFX(ImageEffectColourManagementFull)")
    configs = _quoted("ofx-native-v1.5_aces-v1.3_ocio-v2.3")
    yield _string("ImageEffectPropColourManagementAvailableConfigs", configs)
    yield _number("ImageEffectPluginPropHostFrameThreading", 0)
    yield _number("ImageEffectPropSupportsTiles", 0)
    yield _number("ImageEffectPropSupportsMultiResolution", 1)


def _context() -> Iterator[str]:
    for clip in ("SOURCE_CLIP", "OUTPUT_CLIP"):
        yield f"{{PD_CLIP, {clip}, 0, 0}}"
        yield _string("ImageEffectPropSupportedComponents", "OFX(ImageComponentRGBA)")
    for control in STAGED:
        yield from _control(control)


def _matte() -> Iterator[str]:
    yield "{PD_CLIP, MATTE_CLIP, 0, 0}"
    yield _string("ImageEffectPropSupportedComponents", "OFX(ImageComponentAlpha)")
    yield _string("ImageEffectPropSupportedComponents", "OFX(ImageComponentRGBA)", 1)
    yield _number("ImageClipPropOptional", 1)
    yield _number("ImageClipPropIsMask", 1)


def _control(control: ViewControl) -> Iterator[str]:
    kind = control.kind
    yield f"{{PD_CONTROL, {_quoted(control.key)}, OFX(ParamType{_TYPES[kind]}), 0}}"
    yield _string("PropLabel", _quoted(control.label))
    yield _string("ParamPropHint", _quoted(control.help))
    yield _string("ParamPropScriptName", _quoted(control.key))
    if kind != "button":
        yield _number("ParamPropAnimates", int(control.animates))
    if kind in _MODES:
        yield _string("ParamPropStringMode", f"OFX(ParamStringIs{_MODES[kind]})")
    if kind == "label":
        yield _number("ParamPropEvaluateOnChange", 0)
    if kind in ("label", "hidden"):
        yield _number("ParamPropCanUndo", 0)
    if kind == "hidden":
        yield _number("ParamPropSecret", 1)
    for place, choice in enumerate(view_choices() if kind == "choice" else ()):
        yield _string("ParamPropChoiceOption", _quoted(choice), place)
    if kind in ("float", "int", "hidden"):
        yield from _range(control)
    if kind in ("float", "int", "hidden", "choice", "bool"):
        yield _number("ParamPropDefault", control.default, kind)


def _range(control: ViewControl) -> Iterator[str]:
    """Give the range before the one that is shown, which a host sets anew with it."""
    yield _number("ParamPropMin", control.minimum, control.kind)
    yield _number("ParamPropMax", control.maximum, control.kind)
    yield _number("ParamPropDisplayMin", control.soft_minimum, control.kind)
    yield _number("ParamPropDisplayMax", control.soft_maximum, control.kind)


def _table(name: str, rows: Iterator[str]) -> Iterator[str]:
    yield f"static const Told {name}[] = {{"
    yield from (f"    {row}," for row in rows)
    yield "    {PD_END, 0, 0, 0},"
    yield "};"


def _string(name: str, text: str, place: int = 0) -> str:
    return f"{{PD_STRING, OFX({name}), {text}, {place}}}"


def _number(name: str, number: float, kind: str = "int") -> str:
    return f"{{{'PD_DOUBLE' if kind == 'float' else 'PD_INT'}, OFX({name}), 0, {number:g}}}"


def _quoted(text: str) -> str:
    """Write text as a string of C; every sign but plain ASCII as its bytes."""
    signs = (
        f"\\{chr(byte)}" if chr(byte) in '"\\?' else chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
        for byte in text.encode("utf-8")
    )
    return '"' + "".join(signs) + '"'
