"""People of a crowd, picked in the ID matte of the take, and what is done with them."""

from __future__ import annotations

import json
import struct
from typing import Any, Dict, List

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.take_folder import read_request

from . import crowd_files
from .node import PhotoDoubleNode

DOINGS = ("kill", "swap", "redeal", "nudge", "retime")
"""What can be done with people, as the crowd file calls it."""

LAYER = "CryptoPerson"


def pick(pd: PhotoDoubleNode) -> None:
    """Add whoever is most of the pixel at the picking point to the list of people; again takes them off."""
    x, y = (float(one) for one in pd.node["pd_pick_at"].getValue())
    name = person_at(pd, x, y)
    listed = people(pd)
    left = [one for one in listed if one != name] if name in listed else [*listed, name]
    with nuke.Undo("Pick a person"):
        pd.node["pd_people"].setValue(", ".join(left))
    pd.status(f"{name} is {'no longer ' if name in listed else ''}picked; {len(left)} in the list.")


def people(pd: PhotoDoubleNode) -> List[str]:
    """Give the names in the list."""
    return [name.strip() for name in str(pd.node["pd_people"].value()).split(",") if name.strip()]


def person_at(pd: PhotoDoubleNode, x: float, y: float) -> str:
    """Name whoever is most of a pixel, counted from the lower edge, at the playhead.

    Raises ArtistError `engine.no_take` without a take, `usage.bad_value` where nobody is.
    """
    read = pd.node.node("take_ids")
    if not pd.take or read is None or not read["file"].value():
        raise _no_take()
    if read.hasError():
        raise _no_take(f"The ID matte of frame {int(nuke.frame())} cannot be read.")
    # Without a size the value is that of the one pixel, not filtered: an ID between two is nobody's.
    value = float(read.sample(f"{LAYER}00.red", int(x) + 0.5, int(y) + 0.5))
    ident = struct.unpack("<I", struct.pack("<f", value))[0]
    found = manifest(read.metadata() or {}).get(f"{ident:08x}")
    if found is None:
        raise ArtistError(
            "usage.bad_value",
            "Nobody is there",
            f"At {int(x)}, {int(y)} of frame {int(nuke.frame())} there is nobody of the crowd.",
            "Put the point onto a person, at the frame of the playhead.",
        )
    return found


def manifest(metadata: Dict[str, Any]) -> Dict[str, str]:
    """Give the names of people by their ids, as the header of the ID matte has them."""
    for key, value in metadata.items():
        if "cryptomatte/" in key and key.endswith("/name") and value == LAYER:
            text = str(metadata.get(key[: -len("name")] + "manifest", "{}"))
            try:
                return {str(ident): str(name) for name, ident in json.loads(text).items()}
            except (ValueError, AttributeError):
                return {}
    return {}


def change(pd: PhotoDoubleNode) -> None:
    """Put what is chosen onto the crowd file's stack for the people in the list; one step of undo."""
    names, do = _named(pd), str(pd.node["pd_do"].value())
    edit = {"do": do, "agents": names, **_arguments(pd, do)}
    library = pd.documents().get("library", "")
    crowd_files.crowd_file(pd)

    def given(target: str) -> Dict[str, Any]:
        return {"crowd": target, "edit": edit, "library": library}

    many = "1 person" if len(names) == 1 else f"{len(names)} people"
    crowd_files.change(
        pd, "crowd.edit", given, lambda answer: f"{do}: {many}. {_edits(answer)}", f"{do} {many}"
    )


def take_back(pd: PhotoDoubleNode) -> None:
    """Take the last edit off the crowd file's stack; one step of undo."""
    crowd_files.crowd_file(pd)
    crowd_files.change(
        pd,
        "crowd.edit",
        lambda target: {"crowd": target},
        lambda answer: f"The last edit is taken back. {_edits(answer)}",
        "Take an Edit back",
    )


def lock(pd: PhotoDoubleNode) -> None:
    """Keep the people in the list as the take shows them, whatever the seed becomes; one step of undo."""
    names = _named(pd)
    if not pd.take:
        raise _no_take()
    crowd_files.crowd_file(pd)
    asked = read_request(pd.folder)

    def given(target: str) -> Dict[str, Any]:
        return {"agents": ",".join(names), "request": _on(asked, target)}

    crowd_files.change(
        pd, "crowd.lock", given, lambda answer: f"{answer['locked']} locked. {_edits(answer)}", "Lock People"
    )


def _on(asked: JobRequest, crowd: str) -> Dict[str, Any]:
    """Give the request of the take with another crowd file."""
    stored = asked.to_json()
    stored["inputs"]["crowd"] = {**stored["inputs"]["crowd"], "path": crowd}
    return dict(stored)


def _arguments(pd: PhotoDoubleNode, do: str) -> Dict[str, Any]:
    node = pd.node
    if do == "swap":
        return {"element": str(node["pd_element"].value()).strip()}
    if do == "redeal":
        return {"seed": int(node["pd_deal"].value())}
    if do == "nudge":
        by = [round(float(one), 6) for one in node["pd_by"].getValue()]
        return {"by": by, "scale": float(node["pd_size"].value())}
    return {"shift": float(node["pd_shift"].value())} if do == "retime" else {}


def _named(pd: PhotoDoubleNode) -> List[str]:
    names = people(pd)
    if not names:
        raise ArtistError(
            "usage.arguments",
            "Nobody is picked",
            "The list of people is empty.",
            "Put the picking point onto somebody and press Pick, or type names.",
        )
    return names


def _edits(answer: Dict[str, Any]) -> str:
    return (
        "1 edit in the crowd file." if answer["edits"] == 1 else f"{answer['edits']} edits in the crowd file."
    )


def _no_take(message: str = "The node shows no take with an ID matte.") -> ArtistError:
    return ArtistError(
        "engine.no_take", "There is no take to pick in", message, "Run the node, then choose its take."
    )
