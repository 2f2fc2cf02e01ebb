"""What is set on one of our nodes, or by the script, beside the controls of an operation."""

from __future__ import annotations

import getpass
import os
import re
from fractions import Fraction
from typing import Any, Tuple

import nuke

from photodouble_client.errors import ArtistError

LONGEST = 80
MOST_HANDLES = 1000
_UNSAFE = re.compile(r'[<>:"/\\|?*#@%$\[\]\x00-\x1f]+')
"""What no name of a folder may hold, on any system or in a pattern of frames."""
_COUNTED = re.compile(r"#|%\d*[dvV]")
"""What Nuke reads as the frame or the view, wherever it stands in a path."""


def text(node: Any, name: str) -> str:
    """Give the text of a control of a node; empty where it has none of that name."""
    found = node[name].value() if name in node.knobs() else ""
    return str(found if found is not None else "").strip()


def whole(node: Any, name: str) -> int:
    """Give the whole number of a control of a node; 0 where it has none of that name."""
    return int(node[name].value()) if name in node.knobs() else 0


def handles(node: Any) -> int:
    """Give how many frames beside the range may be looked at.

    Raises ArtistError `usage.bad_value` for fewer than none, and for more than any shot has.
    """
    found = whole(node, "handles")
    if 0 <= found <= MOST_HANDLES:
        return found
    raise ArtistError(
        "usage.bad_value",
        "These handles cannot be had",
        "{} frames at each end are asked for.".format(found),
        "Set Handles to a number from 0 to {}.".format(MOST_HANDLES),
    )


def of_script(name: str) -> str:
    """Give the text of one of the script's own settings; empty where this Nuke has none of that name."""
    return text(nuke.root(), name)


def shot_folder(pd: Any) -> str:
    """Give the folder of the shot, which holds its takes and what was rendered for them.

    Raises ArtistError `input.unwritable_output` where the script was never saved.
    """
    name = _UNSAFE.sub("_", pd.shot().strip()).strip(" .")
    root = pd.takes_root()
    if _COUNTED.search(root):
        raise ArtistError(
            "input.unwritable_output",
            "Nuke cannot use this folder for takes",
            "{} has # or % in its name, where Nuke writes the frame or the view.".format(root),
            "Choose a folder without these signs under Takes.",
        )
    return "{}/{}".format(root.rstrip("/"), name[:LONGEST] or "shot")


def views(node: Any) -> Tuple[str, ...]:
    """Give the views to work on: those named on the node, else the only one, both of two, or the first."""
    there = [str(name) for name in nuke.views()]
    listed = (name.strip() for name in text(node, "views").split(","))
    named = list(dict.fromkeys(name for name in listed if name))
    unknown = [name for name in named if name not in there]
    if unknown:
        raise ArtistError(
            "usage.bad_value",
            "The script has no such view",
            "{} is no view of this script.".format(unknown[0]),
            "Use one of: {}.".format(", ".join(there)),
        )
    return tuple(named or (there if len(there) <= 2 else there[:1]))


def view_text(wanted: Tuple[str, ...]) -> str:
    """Write views as a request has them: nothing where the script has only one."""
    return ",".join(wanted) if len(nuke.views()) > 1 else ""


def person(node: Any) -> str:
    """Give the name of whoever asks."""
    try:
        return text(node, "person") or os.environ.get("PHOTODOUBLE_ARTIST", "") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def performers(node: Any) -> Tuple[str, ...]:
    """Give the names of the performers that are named on the node."""
    return tuple(name.strip() for name in text(node, "performers").split(",") if name.strip())


def rate() -> str:
    """Give the script's frames a second as a fraction; 23.976 and 29.97 are what film means by them."""
    typed = float(nuke.root()["fps"].value())
    if not 0 < typed < 1e6:
        raise ArtistError(
            "usage.bad_value",
            "The script has no frame rate",
            "Its frames a second are {:g}.".format(typed),
            "Set fps in the Project Settings.",
        )
    whole_rate = round(typed * 1.001)
    slowed = Fraction(whole_rate * 1000, 1001)
    is_slowed = typed != round(typed) and abs(float(slowed) - typed) < 0.005
    return str(slowed if is_slowed else Fraction(typed).limit_denominator(1001))
