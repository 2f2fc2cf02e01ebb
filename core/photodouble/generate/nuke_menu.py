"""What Nuke's menus list: `nuke/photodouble_nuke/operations.py`, so that its start reads no declarations."""

from __future__ import annotations

from pathlib import Path

from photodouble_client.specs import SPECS

MENU = Path(__file__).resolve().parents[3] / "nuke" / "photodouble_nuke" / "operations.py"
_TOP = '''"""The operations by key and name, in the order of the menus. Made by `photodouble.generate`.

They are written down here so that Nuke's start need not read the declarations. Do not edit.
"""

OPERATIONS = (
'''


def menu_text() -> str:
    """Make the module: one line for each operation."""
    lines = (f'    ("{key}", "{spec.name}"),\n' for key, spec in SPECS.items())
    return _TOP + "".join(lines) + ")\n"


def is_stale(path: Path = MENU) -> bool:
    """Whether the module is missing or differs from what would be made now."""
    return not path.is_file() or path.read_text(encoding="utf-8") != menu_text()


def write_menu(path: Path = MENU) -> list[Path]:
    """Write the module where it differs; return what changed."""
    if not is_stale(path):
        return []
    path.write_text(menu_text(), encoding="utf-8", newline="\n")
    return [path]
