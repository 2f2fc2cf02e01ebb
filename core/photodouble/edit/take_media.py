"""The pictures of a finished take as media of a cut: which files, which frames, and what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.image.pattern import parse_pattern
from photodouble.takes.private import PrivateWords
from photodouble.takes.review_words import Ruling, Standing
from photodouble.takes.store import Take, TakeStore
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

RESULT = "result"
PLATE = "plate"


@dataclass(frozen=True)
class TakeMedia:
    """One output of one take. `frames` are numbered as the take's files are; `hashes` is by frame."""

    take: Take
    request: JobRequest
    standing: Standing
    output: str
    pattern: Path
    frames: FrameRange
    hashes: Mapping[int, tuple[str, str]] = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)
    private: PrivateWords = field(repr=False, default=PrivateWords(()))

    @property
    def key(self) -> str:
        """Name the reference of a clip under which the take is found: `photodouble_inpaint_v003`."""
        operation = self.request.operation
        other = "" if self.output == RESULT else f"_{self.output}"
        return f"photodouble_{operation}{other}_v{self.take.version:03d}"

    @property
    def plate(self) -> str:
        """Return the pattern of the plate that the take was made from; empty where it has none."""
        port = self.request.inputs.get(PLATE)
        return port.path if port is not None else ""

    @property
    def state(self) -> str:
        """Say where the take stands, naming nobody."""
        return self.public(self.standing.text)

    def note(self, ruling: Ruling) -> str:
        """Return what a decision or note says, naming nobody; empty where it says nothing."""
        return self.public(ruling.told()["reason"])

    def public(self, text: str) -> str:
        """Return a text with dots in place of people's names and of prompts."""
        return re.sub("\0+", "...", self.private.blanked(text.encode()).decode("utf-8", "replace"))

    def missing(self, frames: FrameRange) -> FrameRange:
        """Return those of some frames that the take does not have."""
        return frames.without(self.frames)

    def file(self, frame: int) -> Path:
        """Return the file of one frame."""
        return parse_pattern(str(self.pattern)).path(frame)


def take_media(
    take: Take, standing: Standing, output: str = RESULT, private: PrivateWords | None = None
) -> TakeMedia:
    """Return the pictures of a take; raises ArtistError `engine.no_take` for one that is not finished."""
    from photodouble.provenance.c2pa import source_type
    from photodouble.provenance.canonical import digest
    from photodouble.provenance.origin import models_of

    manifest, request = take.manifest(), take.request()
    files = {
        int(frame): stored["files"][output]
        for frame, stored in manifest["frames"].items()
        if output in stored["files"]
    }
    if not files:
        raise _no_output(take, output, manifest)
    frames, models = FrameRange(files), models_of(manifest)
    hashes = {frame: (str(one["file_sha256"]), str(one["pixel_sha256"])) for frame, one in files.items()}
    pattern = take.folder / str(manifest["outputs"][output])
    plate = request.inputs.get(PLATE)
    facts = {
        "kind": "take",
        "take": take.take_id,
        "label": take.label,
        "operation": request.operation,
        "version": take.version,
        "output": output,
        "frames": frames.to_text(),
        "use": request.use,
        "source_type": source_type(request.operation, manifest["figures"], models),
        "record_sha256": digest(manifest),
        "request_sha256": str(manifest["request_sha256"]),
        "models": list(models),
        "file": Path(files[frames.first]["path"]).name,
        "file_sha256": hashes[frames.first][0],
        "pixels_sha256": digest({str(frame): pixels for frame, (_, pixels) in sorted(hashes.items())}),
        "inputs": {port: digest(of) for port, of in manifest["inputs"].items()},
        "plate": Path(plate.path).name if plate is not None else "",
        "colourspace": (plate.colourspace if plate is not None else "") or request.colourspace,
        "pixel_aspect": request.pixel_aspect,
        "rate": request.rate,
    }
    return TakeMedia(
        take, request, standing, output, pattern, frames, hashes, facts, private or PrivateWords(())
    )


def all_media(takes: Iterable[Take], store: TakeStore, output: str = RESULT) -> list[TakeMedia]:
    """Return the pictures of several takes of one store, with where each stands; raises as `take_media`."""
    return media_of_stores([(take, store) for take in takes], output)


def media_of_stores(takes: Sequence[tuple[Take, TakeStore]], output: str = RESULT) -> list[TakeMedia]:
    """Return the pictures of takes, each with its store, in their order; decisions are read once a store."""
    from photodouble.provenance.show import Show
    from photodouble.takes.review import standings

    stores = {store.root: store for _, store in takes}
    stands = {root: standings(store) for root, store in stores.items()}
    shows = {root: Show.find(root) for root in stores}
    return [
        take_media(
            take,
            stands[store.root].get(take.take_id, Standing()),
            output,
            PrivateWords.of(take, shows[store.root]),
        )
        for take, store in takes
    ]


def _no_output(take: Take, output: str, manifest: Mapping[str, Any]) -> ArtistError:
    return ArtistError(
        "usage.bad_value",
        "The take has no such pictures",
        f"{take.label} holds no output {output!r}.",
        f"Use one of: {', '.join(sorted(manifest['outputs']))}.",
    )
