"""A small site to tamper with: two takes, decisions, a labelled delivery, and a host's copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenEXR

from photodouble.engine.runner import JobOptions, run_job
from photodouble.provenance.keys import new_person_key
from photodouble.provenance.sign import make_studio, signing_folder
from photodouble.settings import Settings
from photodouble.takes.export import ExportWish, export_take
from photodouble.takes.finding import store_at
from photodouble.takes.review import Wish, decide
from photodouble.takes.store import TakeStore
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

SIZE = (32, 48)
FRAMES = range(1001, 1006)


@dataclass(frozen=True)
class Site:
    """Where everything lies: the show (takes, records, delivery), the engine's state, a host's copy."""

    folder: Path

    @property
    def show(self) -> Path:
        return self.folder / "show"

    @property
    def host(self) -> Path:
        return self.folder / "host"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def settings(self) -> Settings:
        places = {"engine_folder": str(self.state), "cache_folder": str(self.folder / "cache")}
        return Settings(**places, contact_sheet=False, threads=1)

    @property
    def store(self) -> TakeStore:
        return store_at(str(self.show / "takes"))


def make_site(folder: Path) -> Site:
    """Make the site; PHOTODOUBLE_USER must name a settings file of its own."""
    site = Site(folder)
    site.show.mkdir(parents=True)
    key = new_person_key("ada")
    text = f'name = "bench"\n[people.ada]\nname = "Ada"\nrole = "supervisor"\nkey = "{key.public_text()}"\n'
    (site.show / "photodouble.toml").write_text(text, encoding="utf-8")
    for number, shot in enumerate(("sh010", "sh020")):
        _run(site, shot, number)
    first, second = site.store.all()
    decide(site.store, second, Wish("reject", reason="edge"), key, site.settings)
    decide(site.store, first, Wish("approve"), key, site.settings)
    make_studio(signing_folder(), "Bench Studio")
    export_take(first, site.store, ExportWish(site.show / "delivery", "final"), site.settings)
    for path in sorted((first.folder / "result").iterdir()):
        rewrite(path, site.host / f"comp.{path.name.split('.')[1]}.exr")
    return site


def rewrite(
    source: Path, target: Path, change: Callable[[np.ndarray], np.ndarray] = lambda pixels: pixels
) -> None:
    """Write the same channels as a host does that keeps no metadata."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with OpenEXR.File(str(source), separate_channels=True) as file:
        channels = {
            name: OpenEXR.Channel(change(each.pixels)) for name, each in file.parts[0].channels.items()
        }
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIPS_COMPRESSION}
        OpenEXR.File(header, channels).write(str(target))


def _run(site: Site, shot: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    wall = random.random((SIZE[0], SIZE[1] + len(FRAMES), 3)).astype(np.float16)
    matte = np.zeros(SIZE, np.float16)
    matte[10:20, 12:22] = 1
    for number, frame in enumerate(FRAMES):
        plate = wall[:, number : number + SIZE[1]]
        _write(
            site.folder / "in" / f"{shot}.{frame}.exr",
            dict(zip("RGB", np.moveaxis(plate, 2, 0), strict=True)),
        )
        _write(site.folder / "in" / f"{shot}_matte.{frame}.exr", {"A": matte})
    inputs = {port: PortInput(str(site.folder / "in" / f"{name}.####.exr")) for port, name in _ports(shot)}
    run_job(
        JobRequest(
            "inpaint", inputs, range=FrameRange(FRAMES), shot=shot, output_root=str(site.show / "takes")
        ),
        JobOptions(settings=site.settings),
    )


def _ports(shot: str) -> tuple[tuple[str, str], ...]:
    return (("plate", shot), ("matte", f"{shot}_matte"))


def _write(path: Path, channels: dict[str, np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File(header, {name: np.ascontiguousarray(one) for name, one in channels.items()}).write(str(path))
