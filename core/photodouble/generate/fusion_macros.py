"""The macros of Fusion, one per operation: `resolve/fusion/PD_*.setting`, made from the declarations."""

from __future__ import annotations

from pathlib import Path

from photodouble_client.fusion_tools import MacroWish, setting_text, views_of_spec
from photodouble_client.opspec import OpSpec
from photodouble_client.specs import SPECS

MACROS = Path(__file__).resolve().parents[3] / "resolve" / "fusion"

_HOW = "Choose the files that 'photodouble takes fusion' wrote, and how many frames they are; then tick Take."


def macro_name(spec: OpSpec) -> str:
    """Name the macro of an operation: PD_Inpaint, PD_DeAge."""
    return f"PD_{spec.name}"


def macros() -> dict[str, str]:
    """Make every macro: file name to text."""
    return {f"{macro_name(spec)}.setting": macro_text(spec) for spec in SPECS.values()}


def macro_text(spec: OpSpec) -> str:
    """Make the macro of one operation, without a take."""
    note = f"{spec.label} (Photo Double). {spec.summary}\n{_HOW}"
    return setting_text(MacroWish(macro_name(spec), note, views_of_spec(spec)))


def stale_macros(folder: Path = MACROS) -> list[str]:
    """List the macros that are missing, differ from what would be made now, or are made no longer."""
    made = macros()
    found = {path.name: path.read_bytes().decode("utf-8") for path in sorted(folder.glob("PD_*.setting"))}
    return sorted(name for name in made.keys() | found.keys() if made.get(name) != found.get(name))


def write_macros(folder: Path = MACROS) -> list[Path]:
    """Write every macro that differs and remove those that are no longer made; return what changed."""
    made, changed = macros(), []
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale_macros(folder):
        path = folder / name
        if name in made:
            path.write_text(made[name], encoding="utf-8", newline="\n")
        else:
            path.unlink()
        changed.append(path)
    return changed
