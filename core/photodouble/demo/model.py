"""The demo of the presets for a studio's own model: card, prompt, key frame, carrying, take; no good picture.

The model is a tiny one drawn at random here and now, because no weights come with Photo Double. What it
makes means nothing. It shows the way that a real one takes, and that nothing beside the matte changes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photodouble.demo.plate import Plate, person_plate
from photodouble.demo.slate import PlateFiles, write_plate
from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.image.display import shown
from photodouble.image.exr import write_planes
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.models.card import ModelCard
from photodouble.models.filing import card_from
from photodouble.models.registry import ModelRegistry
from photodouble.settings import Settings
from photodouble.takes.sheet import Codes, coloured_origin, lay_out, write_sheet
from photodouble_client.events import Event
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import INPAINT

NAME = "demo-at-random"
_SHAPES = {"down.0": (16, 4, 5), "middle": (16, 8, 3), "up.0": (16, 12, 5), "last": (3, 8, 3)}
_PROMPTS = {
    "Set extension": "a wooden balcony",
    "Set or wardrobe variation": "a blue raincoat",
    "Style frames": "the street at night, in the rain",
}


@dataclass(frozen=True)
class ModelDemo:
    """What the demo made: the sheet to open, and the take of every preset by its name."""

    sheet: Path
    takes: dict[str, Path]


def run_model_demo(
    output: Path,
    *,
    frames: int = 4,
    size: tuple[int, int] = (320, 180),
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
) -> ModelDemo:
    """Render a street, let a model drawn at random change it by three presets, and show the takes.

    Needs the models extra (`model.support` where it is missing). Raises ArtistError as the job does.
    """
    output.mkdir(parents=True, exist_ok=True)
    plate = person_plate(size=size, frames=frames)
    files = write_plate(plate, output / "plate")
    settings = Settings(
        cache_folder=str(output / "cache"), models_folder=str(output / "cards"), contact_sheet=False
    )
    random_model(output, settings)
    rows: list[list[tuple[str, Codes]]] = []
    takes: dict[str, Path] = {}
    for preset, prompt in _PROMPTS.items():
        matte = _matte(preset, plate, files, output / "mattes")
        request = JobRequest(
            operation=INPAINT.key,
            spec_version=INPAINT.version,
            inputs={"plate": PortInput(files.plate), "matte": PortInput(matte)},
            values=INPAINT.validate({**INPAINT.preset(preset), "model": NAME, "prompt": prompt}),
            range=FrameRange(plate.numbers),
            output_root=str((output / "takes").absolute()),
            shot="demo_model",
            use="ideation",
            host="demo",
        )
        take = run_job(request, JobOptions(settings=settings), on_event=on_event, stop=stop).take
        takes[preset] = take.folder
        number = plate.numbers[len(plate.numbers) // 2]
        rows.append(_row(preset, files, take.picture("result", number, "exr"), number))
        origin = Sequence.find(take.picture("origin", number, "exr"), channels="kind").read(number)
        kind = np.asarray(origin.channel("kind", origin.display_window))
        rows[-1].append(("origin", coloured_origin(kind, rows[-1][-1][1])))
    sheet = output / "models_sheet.png"
    write_sheet(sheet, lay_out(rows))
    return ModelDemo(sheet, takes)


def random_model(output: Path, settings: Settings) -> ModelCard:
    """Write the weights and the card of a tiny model, drawn in the same way each time."""
    registry = ModelRegistry.of(settings)
    known = {card.name: card for card in registry.cards()}
    if NAME in known and not registry.fault(known[NAME]):
        return known[NAME]
    if NAME in known:
        registry.remove(NAME)
    weights = output / f"{NAME}.safetensors"
    weights.write_bytes(_weights())
    said = {
        "source": "drawn at random by the demo",
        "licence": "CC0-1.0",
        "commercial": "yes",
        "uses": ["ideation"],
        "training": [{"category": "none: it was never trained", "rights": "own"}],
        "fill": {"architecture": "mask-unet", "size": 256},
    }
    return registry.add(weights, card_from(NAME, said))


def _weights(seed: int = 2) -> bytes:
    """Return a safetensors file of random weights."""
    chance = np.random.default_rng(seed)
    header: dict[str, object] = {}
    content = b""
    for name, (out, into, side) in _SHAPES.items():
        spread = 1.4 / np.sqrt(into * side * side)
        for part, shape in (("weight", (out, into, side, side)), ("bias", (out,))):
            values = (chance.standard_normal(shape) * spread).astype("<f4").tobytes()
            ends = [len(content), len(content) + len(values)]
            header[f"{name}.{part}"] = {"dtype": "F32", "shape": list(shape), "data_offsets": ends}
            content += values
    told = json.dumps(header).encode()
    return len(told).to_bytes(8, "little") + told + content


def _matte(preset: str, plate: Plate, files: PlateFiles, folder: Path) -> str:
    """Return the matte of a preset: the sky line, the person, or all but the person."""
    if preset == "Set or wardrobe variation":
        return files.matte
    name = preset.lower().replace(" ", "_")
    folder.mkdir(parents=True, exist_ok=True)
    for number in plate.numbers:
        frame = Sequence.find(str(files.path("matte", number))).read(number)
        person = np.asarray(frame.channel("A", frame.display_window))
        matte = 1 - person
        if preset == "Set extension":
            matte = np.zeros_like(person)
            matte[: person.shape[0] // 4, person.shape[1] // 3 :] = 1
        else:
            matte[:2] = 0
        box = Box.of_size(*matte.shape)
        write_planes(folder / f"{name}.{number:04d}.exr", {"A": matte}, data_window=box, display_window=box)
    return str((folder / f"{name}.####.exr").absolute())


def _row(preset: str, files: PlateFiles, result: Path, number: int) -> list[tuple[str, Codes]]:
    plate = Sequence.find(str(files.path("plate", number))).read(number)
    made = Sequence.find(result).read(number)
    return [
        (f"plate {number}", shown(plate.linear(plate.display_window))),
        (preset, shown(made.linear(made.display_window))),
    ]
