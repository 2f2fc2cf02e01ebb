"""`photodouble panel`: the panel in a window of its own: takes, comparing, deciding, jobs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from photodouble import screen
from photodouble.extras import install_line
from photodouble_client.errors import ArtistError
from photodouble_client.wire import checked_id

from .reaching import connecting


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Open a window with the takes of a shot: compare, decide, keep frames, watch jobs."
    parser = commands.add_parser("panel", help=text, description=text)
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        default="",
        help="The folder of a shot's takes, or of all takes. Default: where the settings keep takes.",
    )
    parser.add_argument(
        "--session",
        metavar="ID",
        default="",
        help="Show the clip of an open host, by the id of its session; the script in the host gives it.",
    )
    parser.set_defaults(call=_show)


def _show(namespace: argparse.Namespace) -> int:
    folder = "" if namespace.session else _folder(namespace.folder)
    check_screen(sys.platform, os.environ)
    try:
        from photodouble_qt.qt import BINDING
    except ImportError as problem:
        raise ArtistError(
            "engine.panel_support",
            "The panel needs Qt",
            "No Qt for Python is installed.",
            f"Install it with: {install_line('qt')}",
            detail=str(problem),
        ) from problem
    check_library(sys.platform, os.environ, screen.x11_plugin(BINDING))
    if namespace.session:
        from photodouble_qt.resolve_window import show_beside

        return show_beside(checked_id(namespace.session), connecting(), ["photodouble"])
    from photodouble_qt.alone import show_alone
    from photodouble_qt.folder_desk import FolderDesk

    return show_alone(FolderDesk(folder, connecting()), ["photodouble"])


def check_screen(system: str, variables: Any) -> None:
    """Refuse to open a window where there is no screen; raises ArtistError `engine.panel_support`.

    Qt itself would end the program there without a word.
    """
    if not screen.is_there(system, variables):
        raise ArtistError(
            "engine.panel_support",
            "There is no screen to open the panel on",
            "Neither DISPLAY nor WAYLAND_DISPLAY is set.",
            "Start it on a desktop, or use 'photodouble takes' and 'photodouble review' here.",
        )


def check_library(system: str, variables: Any, plugin: Path, **given: Any) -> None:
    """Refuse where Qt would end the program for want of a system library; raises `engine.panel_support`."""
    why = screen.missing_library(system, variables, plugin, **given)
    if why:
        raise ArtistError(
            "engine.panel_support",
            "The panel needs libraries of the system",
            f"Qt cannot open a window on this screen: {why}.",
            screen.X11_FIX,
        )


def _folder(given: str) -> str:
    """Return the whole path of the folder; raises ArtistError `usage.bad_value` where there is none."""
    from photodouble.takes.finding import store_at

    if not given:
        return str(store_at().root)
    path = Path(given).expanduser().absolute()
    if path.is_dir():
        return str(path)
    raise ArtistError(
        "usage.bad_value",
        "There is no such folder",
        f"{given} is no folder.",
        "Give the folder of a shot's takes.",
    )
