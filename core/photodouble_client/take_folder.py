"""A take as it lies on disk: its name, its frames and the patterns of its pictures. No engine is asked.

This is what a host needs to show a take: where its fill and its matte are. Whether it is approved is not in
the folder of a take; the engine knows that.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple

from .errors import ArtistError
from .frames import FrameRange
from .request import JobRequest

_FRAME = re.compile(r"\.(-?\d{4,})(\.[A-Za-z0-9]+)\Z")
_VERSION = re.compile(r"v\d+\Z")
_EXR = b"\x76\x2f\x31\x01"
_LONGEST_HEADER = 1 << 16
_PREMULTIPLIED = b"photodouble/premultiplied\0"


@dataclass(frozen=True)
class TakeFolder:
    """One take on disk. `outputs` maps an output (`fill`, or `fill.left` of one eye) to its pattern.

    Patterns are paths inside the folder with `####` for the frame number. `is_premultiplied` says that the
    plate's colours are multiplied by its alpha, so that the fill has to be, too.
    """

    folder: str
    take: str
    label: str
    operation: str
    range: FrameRange
    outputs: Mapping[str, str] = field(default_factory=dict)
    is_sealed: bool = False
    is_premultiplied: bool = False

    @property
    def version(self) -> str:
        """Give the last part of the name, such as `v003`."""
        return self.label.rsplit("/", 1)[-1]

    def pattern(self, output: str) -> str:
        """Give the pattern of an output inside the folder; several eyes become one with `%V`.

        Empty where the take has no such output.
        """
        if output in self.outputs:
            return self.outputs[output]
        eyes = {key.rpartition(".")[2]: path for key, path in self.outputs.items() if _is_eye(key, output)}
        if not eyes:
            return ""
        return _for_every_view(eyes)


def read_take(folder: str) -> TakeFolder:
    """Read what the folder of a take says about itself, finished or not.

    Raises ArtistError `engine.no_take` where there is none.
    """
    request = read_request(folder)
    manifest = _json(os.path.join(folder, "manifest.json"))
    outputs = manifest.get("outputs") if isinstance(manifest, dict) else _outputs_so_far(folder)
    outputs = {str(key): str(path) for key, path in outputs.items()} if isinstance(outputs, dict) else {}
    return TakeFolder(
        folder=folder.replace("\\", "/"),
        take=request.take,
        label=_label(folder),
        operation=request.operation,
        range=request.range,
        outputs=outputs,
        is_sealed=isinstance(manifest, dict),
        is_premultiplied=_is_premultiplied(folder, outputs),
    )


def read_request(folder: str) -> JobRequest:
    """Read what a take was asked for; raises ArtistError `engine.no_take` where the folder holds no take."""
    try:
        with open(os.path.join(folder, "request.json"), encoding="utf-8") as file:
            text = file.read()
    except OSError as problem:
        raise no_take(folder, problem) from problem
    except UnicodeDecodeError as problem:
        raise _unreadable(folder, problem) from problem
    try:
        request = JobRequest.from_text(text)
        _ = request.range.first
    except (ArtistError, RecursionError) as problem:
        raise _unreadable(folder, problem) from problem
    return request


def no_take(folder: str, problem: Optional[Exception] = None) -> ArtistError:
    """Make the error for a folder in which there is no take any more."""
    return ArtistError(
        "engine.no_take",
        "There is no take in this folder",
        f"{folder} holds no take: it was moved, removed, or its disk is not here.",
        "Choose another take, or bring the folder back.",
        detail=repr(problem) if problem is not None else "",
    )


def _unreadable(folder: str, problem: Exception) -> ArtistError:
    """Make the error for a take whose own description is damaged, or was written by a newer version."""
    return ArtistError(
        "engine.no_take",
        "This take cannot be read",
        f"request.json in {folder} is damaged, or of a newer Photo Double.",
        "Choose another take, install the newer version, or bring the file back from a backup.",
        detail=str(problem),
    )


def takes_of(folder: str) -> Tuple[str, ...]:
    """List the folders of the takes beside each other, newest first; what is not there lists nothing."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    found = [name for name in names if _VERSION.match(name)]
    found = [name for name in found if os.path.isfile(os.path.join(folder, name, "request.json"))]
    newest = sorted(found, key=lambda name: (int(name[1:]), name), reverse=True)
    return tuple(os.path.join(folder, name).replace("\\", "/") for name in newest)


def told_pattern(take: TakeFolder) -> str:
    """Give the pattern of origin and confidence, as the engine's task `layers.whole` writes it.

    Empty where it was not written yet; the take itself is not touched by that task.
    """
    above, _, version = take.folder.rstrip("/").rpartition("/")
    fill = take.pattern("fill").rpartition("/")[2]
    stem, _, end = fill.partition(".####")
    pattern = f"{above}/whole/{version}/told/{stem}_told.####{end}"
    return pattern if fill and _names(pattern.rpartition("/")[0]) else ""


def _label(folder: str) -> str:
    parts = [part for part in folder.replace("\\", "/").split("/") if part]
    return "/".join(parts[-3:])


def _outputs_so_far(folder: str) -> Dict[str, str]:
    """Find the patterns of an unfinished take in the record of any finished frame."""
    records = os.path.join(folder, "frames")
    for name in sorted(_names(records)):
        stored = _json(os.path.join(records, name))
        files = stored.get("files") if isinstance(stored, dict) else None
        if isinstance(files, dict):
            paths = {key: str(one.get("path", "")) for key, one in files.items() if isinstance(one, dict)}
            return {key: _FRAME.sub(r".####\2", path) for key, path in paths.items()}
    return {}


def _is_premultiplied(folder: str, outputs: Mapping[str, str]) -> bool:
    """Whether the fill has to be multiplied by the plate's alpha: the engine notes it in every fill."""
    pattern = next((path for key, path in outputs.items() if key.split(".")[0] == "fill"), "")
    place = os.path.join(folder, os.path.dirname(pattern))
    files = sorted(name for name in _names(place) if name.endswith(".exr") and not name.startswith("."))
    return bool(pattern and files) and _PREMULTIPLIED in _exr_header(os.path.join(place, files[0]))


def _exr_header(path: str) -> bytes:
    """Read the beginning of an EXR, in which its header stands; nothing of another file."""
    try:
        with open(path, "rb") as file:
            header = file.read(_LONGEST_HEADER)
    except OSError:
        return b""
    return header if header[:4] == _EXR else b""


def _is_eye(key: str, output: str) -> bool:
    return key.startswith(output + ".")


def _for_every_view(eyes: Mapping[str, str]) -> str:
    """Put `%V` where the name of the eye stands in the files' name."""
    view, path = sorted(eyes.items())[0]
    before, _, after = path.rpartition(f"_{view}.")
    return f"{before}_%V.{after}" if before else path


def _names(folder: str) -> Tuple[str, ...]:
    try:
        return tuple(os.listdir(folder))
    except OSError:
        return ()


def _json(path: str) -> Any:
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
