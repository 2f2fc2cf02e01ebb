"""The two small networks that find a face and its landmarks, run by a library on the processor, offline.

Their files (Apache-2.0, by Google: BlazeFace and Face Mesh) are those that the package `mediapipe` carries;
the package is looked up and never imported. They say where a face is and touch no pixel.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble_client.errors import ArtistError

NEAR, FAR, MESH = "face_detection_short_range", "face_detection_full_range_sparse", "face_landmark"
_FILES: Mapping[str, str] = {
    NEAR: "modules/face_detection/face_detection_short_range.tflite",
    FAR: "modules/face_detection/face_detection_full_range_sparse.tflite",
    MESH: "modules/face_landmark/face_landmark.tflite",
}


@dataclass(frozen=True)
class Networks:
    """The networks, ready to run; `hashes` are the sha256 of their files by name."""

    hashes: Mapping[str, str]
    _loaded: Mapping[str, Any]

    def side(self, name: str) -> int:
        """Return the side of the square picture that a network looks at."""
        return int(self._loaded[name].get_input_details()[0]["shape"][1])

    def run(self, name: str, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run a network on a square picture (side, side, 3); returns its outputs, the largest first."""
        network = self._loaded[name]
        network.set_tensor(network.get_input_details()[0]["index"], picture[None])
        network.invoke()
        found = [np.array(network.get_tensor(one["index"])) for one in network.get_output_details()]
        return sorted(found, key=lambda one: -one.size)


def network_hashes() -> dict[str, str]:
    """Return the sha256 of every network's file by name; raises ArtistError `input.face_support`."""
    folder = _folder()
    return {
        name: hashlib.sha256((folder / inside).read_bytes()).hexdigest() for name, inside in _FILES.items()
    }


def load_networks() -> Networks:
    """Load the networks; raises ArtistError `input.face_support` where they or their library are missing."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as problem:
        raise _not_installed("the library ai-edge-litert is not installed") from problem
    folder = _folder()
    loaded, hashes = {}, {}
    for name, inside in _FILES.items():
        path = folder / inside
        if not path.is_file():
            raise _not_installed(f"{path} is missing")
        content = path.read_bytes()
        hashes[name] = hashlib.sha256(content).hexdigest()
        with _unspoken():
            loaded[name] = Interpreter(model_content=content, num_threads=1)
            loaded[name].allocate_tensors()
    return Networks(hashes, loaded)


@contextmanager
def _unspoken() -> Iterator[None]:
    """Drop what the library prints past Python when it loads a network; its errors are raised."""
    try:
        kept = os.dup(2)
    except OSError:  # it was closed by whoever started us
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _folder() -> Path:
    found = find_spec("mediapipe")
    if found is None or found.origin is None:
        raise _not_installed("the package mediapipe, which carries the networks, is not installed")
    return Path(found.origin).parent


def _not_installed(what: str) -> ArtistError:
    return ArtistError(
        "input.face_support",
        "Faces cannot be found here",
        f"Finding faces by itself needs an optional library: {what}.",
        "Install the face extra as the page of this error says, place points yourself, or import a track.",
    )
