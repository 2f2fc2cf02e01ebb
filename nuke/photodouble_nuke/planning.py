"""What every input of a node becomes: files that are there already, or an element that is rendered first."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Sequence, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.opspec import OpSpec, Port
from photodouble_client.request import PortInput

from . import asked, direct, files_on_disk, fingerprint, knobs, upstream
from .elements import Element, Plan, spoken

PAINTED = ("keys", "before", "deltas")
"""Ports that hold only the frames that were painted."""
WITH_ALPHA = ("artwork",)
"""Ports whose alpha counts, too."""

_NEEDED = {"alpha": ["rgba.alpha"], "depth": ["depth.Z"], "rgb": ["rgba.red", "rgba.green", "rgba.blue"]}
_MISSING = {"alpha": "alpha", "depth": "depth", "rgb": "colour", "all": "channels"}
_BROUGHT = {
    "alpha": "the matte into the alpha",
    "depth": "the distance into depth.Z",
    "rgb": "colour into rgb",
    "all": "its layers",
}
"""What is written for a port: the channels it is made of, and the words for them."""


def plan(pd: Any) -> Plan:
    """Look at everything that feeds a node; nothing is rendered. Raises ArtistError for what is missing."""
    above, files = _connected(pd), pd.documents()
    for port in pd.spec.inputs:
        if port.required and port.key not in above and port.key not in files:
            raise _not_given(pd.spec, port)
    root = asked.shot_folder(pd)
    plate = above["plate"]
    views = asked.views(pd.node)
    wanted = pd.frames()
    _ = wanted.first
    looked_at = _looked_at(plate, wanted, asked.handles(pd.node))
    ports = {port.key: port for port in pd.spec.inputs}
    inputs: Dict[str, PortInput] = {key: PortInput(path) for key, path in files.items()}
    elements: List[Element] = []
    prints: Dict[str, str] = {key: fingerprint.document(path) for key, path in files.items()}
    for key, node in above.items():
        _check_channels(node, ports[key])
        prints[key] = fingerprint.fingerprint(node)
        frames = _frames_of(pd, ports[key], looked_at)
        found = direct.source(node, ports[key], frames, views)
        if key == "before" and key not in pd.connected():
            found = direct.Source(why_not="it is kept as it was before the paint")
        is_unlike = ports[key].role == "matte" and _has_other_format(node, plate)
        if is_unlike:
            found = direct.Source(why_not="it has another format than the plate")
        if found.why_not:
            frames = frames if key in PAINTED else looked_at
            element = _element(
                pd,
                node,
                ports[key],
                found.why_not,
                prints[key],
                root,
                views,
                frames,
                plate if is_unlike else None,
            )
            elements.append(element)
            inputs[key] = PortInput(element.pattern, FrameRange(element.frames))
        else:
            _check_files(found, ports[key], wanted)
            inputs[key] = PortInput(found.path)
    sources = looked_at.without(_gaps(inputs, elements, ports, looked_at))
    return Plan(inputs, tuple(elements), wanted, sources, views, prints)


def _connected(pd: Any) -> Dict[str, Any]:
    """Give what is connected to every port, by port; what leads nowhere counts as not connected."""
    return {
        key: node
        for key, node in pd.inputs().items()
        if node is not None and upstream.source_of(node) is not None
    }


def _looked_at(plate: Any, wanted: FrameRange, handles: int) -> FrameRange:
    """Give the frames and their handles, as far as the plate has them; raises for frames that it lacks."""
    there = _frames_there(plate)
    missing = [frame for frame in wanted if there and not there[0] <= frame <= there[1]]
    if missing:
        raise ArtistError(
            "input.missing_frames",
            "Frames of the plate are missing",
            "The plate has frames {}-{}, and {} are asked for.".format(*there, wanted.to_text()),
            "Choose frames that the plate has, or set the range of its Read.",
            detail="missing: " + FrameRange(missing).to_text(),
        )
    more = list(range(wanted.first - handles, wanted.last + handles + 1)) if handles else list(wanted)
    return FrameRange(frame for frame in more if not there or there[0] <= frame <= there[1])


def _frames_there(plate: Any) -> Tuple[int, ...]:
    """Give first and last frame of a plate that comes from files; a still and a generated one have any."""
    has_files = any(node.Class() == "Read" for node in fingerprint.walk(plate))
    first, last = int(plate.firstFrame()), int(plate.lastFrame())
    return (first, last) if has_files and first != last else ()


def _frames_of(pd: Any, port: Port, looked_at: FrameRange) -> FrameRange:
    """Give the frames that a port needs; painted ones come from files, or are listed on the node."""
    if port.key not in PAINTED:
        return looked_at if port.key == "plate" or port.role == "matte" else FrameRange()
    found: FrameRange = pd.key_frames
    return found


def _element(
    pd: Any,
    node: Any,
    port: Port,
    why: str,
    text: str,
    root: str,
    views: Tuple[str, ...],
    frames: FrameRange,
    like: Any,
) -> Element:
    if port.key in PAINTED and not len(frames):
        raise ArtistError(
            "input.bad_key",
            "Nobody said which frames are painted",
            "The {} are made in the script, and would be rendered for every frame.".format(port.key),
            "Press Key this frame on every frame that you painted, or read painted files with a Read.",
        )
    depth = _depth(pd.node, node, port)
    shape = _shape(like) if like is not None else ""
    place = fingerprint.eight_of("{} {} {} {} {}".format(text, depth, port.role, ",".join(views), shape))
    return Element(
        port=port.key,
        node=node,
        channels="rgba" if port.key in WITH_ALPHA and "rgba.alpha" in node.channels() else _channels(port),
        depth=depth,
        folder="{}/plates/{}_{}".format(root, port.key, place),
        views=views,
        frames=tuple(frames),
        fingerprint=text,
        why=why,
        names_view=bool(asked.view_text(views)),
        like=like,
    )


def _has_other_format(node: Any, plate: Any) -> bool:
    """Whether a matte has another format than the plate, as a Roto has that stands by itself.

    A node that fails at the playhead cannot be asked.
    """
    return not node.hasError() and not plate.hasError() and _shape(node) != _shape(plate)


def _shape(node: Any) -> str:
    return "{}x{} {}".format(node.width(), node.height(), node.pixelAspect())


def _channels(port: Port) -> str:
    """Say what is written for a port, as a Write of Nuke's names it."""
    if port.role == "matte":
        return "alpha"
    if not port.channels:
        return "all"
    return "depth" if port.channels == ("Z",) else "rgb"


def _depth(node: Any, above: Any, port: Port) -> str:
    """Say how many bits are written: as on the node, or 32 where a file above has so many.

    Numbers that are no colours, such as distances and maps of a lens, always need 32.
    """
    if port.role == "image" and port.encoding == "raw":
        return "float"
    choice = asked.text(node, "render_depth")
    if choice in ("half", "float"):
        return choice
    reads = (one for one in fingerprint.walk(above) if one.Class() == "Read")
    return "float" if any("32" in _bits(read) for read in reads) else "half"


def _bits(read: Any) -> str:
    return str((read.metadata() or {}).get("input/bitsperchannel", ""))


def _check_channels(node: Any, port: Port) -> None:
    """Refuse pictures without the channels of a port. A node that fails at the playhead cannot be asked."""
    there = [str(name) for name in node.channels()]
    needed = _NEEDED.get(_channels(port), there)
    if any(name in there for name in needed) or (not there and node.hasError()):
        return
    raise ArtistError(
        "input.unknown_channel",
        "The {} has no {}".format(spoken(port.key)[:30], _MISSING[_channels(port)]),
        "{} gives {}.".format(node.name(), ", ".join(there) or "no channels"),
        "Put a Shuffle or a Copy before the {} that writes {}.".format(
            spoken(port.key), _BROUGHT[_channels(port)]
        ),
    )


def _check_files(found: direct.Source, port: Port, wanted: FrameRange) -> None:
    """Refuse files that lack frames of the range; a handle may be missing."""
    gaps = () if found.is_still or not found.frames else direct.missing(found.path, wanted)
    if gaps:
        raise ArtistError(
            "input.missing_frames",
            "Frames of the {} are missing".format(spoken(port.key)[:30]),
            "{} has no frame {}.".format(found.path, FrameRange(gaps).to_text()),
            "Bring the missing frames back, or leave them out of the range.",
            detail="missing: " + FrameRange(gaps).to_text(),
        )


def _gaps(
    inputs: Mapping[str, PortInput],
    elements: Sequence[Element],
    ports: Mapping[str, Port],
    looked_at: FrameRange,
) -> List[int]:
    """List the handles that a plate or matte on disk does not have."""
    rendered = [element.port for element in elements]
    found: List[int] = []
    for key, one in inputs.items():
        is_in_step = key == "plate" or ports[key].role == "matte"
        if is_in_step and key not in rendered and files_on_disk.place_of(one.path):
            found.extend(direct.missing(one.path, looked_at))
    return found


def _not_given(spec: OpSpec, port: Port) -> ArtistError:
    name = spoken(port.key)
    is_file = port in knobs.file_ports(spec)
    return ArtistError(
        "input.missing_sequence",
        "There is no {}".format(name),
        "{} needs a {}, and none is {}.".format(spec.label, name, "named" if is_file else "connected"),
        "Name its file on the tab Files."
        if is_file
        else "Connect the {} to the input of that name.".format(name),
    )
