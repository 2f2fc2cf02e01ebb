"""A finished take in a folder of its own, made once by the real engine and copied for each test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.engine.runner import JobOptions, run_job
from photodouble.provenance.keys import PersonKey, load_person_key, new_person_key
from photodouble.settings import Settings
from photodouble.takes.finding import store_at
from photodouble.takes.manifest import request_sha256
from photodouble.takes.review import Wish, decide
from photodouble.takes.store import Take, TakeStore
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

PERSON = "zebulon-quagmire"
"""An artist whose name cannot stand in any picture by chance."""


@dataclass(frozen=True)
class Made:
    """A folder that holds a plate (`in`), takes (`show/takes`) and the state of an engine (`state`)."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(
            engine_folder=str(self.folder / "state"),
            cache_folder=str(self.folder / "cache"),
            contact_sheet=False,
            threads=1,
        )

    @property
    def show(self) -> Path:
        return self.folder / "show"

    @property
    def store(self) -> TakeStore:
        return store_at(str(self.show / "takes"))

    @property
    def take(self) -> Take:
        return self.store.all()[0]

    def frame(self, number: int, output: str = "result") -> Path:
        return next((self.take.folder / output).glob(f"*.{number}.*"))

    def seal_as_it_is(self) -> None:
        """Make of an edited take one that was made so, on a machine whose ledger is elsewhere."""
        for path in (self.folder / "state").glob("ledger.*"):
            path.unlink()
        stored = self.take.manifest()
        stored["request_sha256"], stored["ledger"] = request_sha256(self.take.request()), {}
        for number, frame in stored["frames"].items():
            record = self.take.folder / "frames" / f"{number}.json"
            record.write_text(json.dumps({**json.loads(record.read_text()), "files": frame["files"]}))
        (self.take.folder / "manifest.json").write_text(json.dumps(stored))

    def copied(self, folder: Path) -> Made:
        shutil.copytree(self.folder, folder)
        return Made(folder)

    def decided_by(self, name: str, role: str = "") -> Made:
        """Let the show know a person, ada, by a name and a role; her key lies with this user."""
        lines = [
            'name = "demo"',
            "[people.ada]",
            f'name = "{name}"',
            f'role = "{role}"',
            f'key = "{new_person_key("ada").public_text()}"',
        ]
        (self.show / "photodouble.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self

    def key_of(self, person: str, passphrase: str) -> str:
        """Make the key of a person, which lies with this user, and return its public half."""
        return new_person_key(person, passphrase=passphrase).public_text()

    def approve(self) -> None:
        """Approve the take as ada."""
        decide(self.store, self.take, Wish("approve"), load_person_key("ada"), self.settings)


def make_take(folder: Path, shot_writer: Callable[..., Any], frames: range = range(1001, 1005)) -> Made:
    """Run a tiny inpaint and return where it is."""
    made = Made(folder)
    shot = shot_writer(folder / "in", frames)
    made.show.mkdir()
    (made.show / "photodouble.toml").write_text('name = "demo"\n', encoding="utf-8")
    request = JobRequest(
        operation="inpaint",
        inputs={"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)},
        range=FrameRange(shot.frames),
        output_root=str(made.show / "takes"),
        shot="sh010",
        person=PERSON,
        take="ab12" * 8,
    )
    run_job(request, JobOptions(settings=made.settings))
    return made


def make_show_of_ada(folder: Path, shot_writer: Callable[..., Any]) -> tuple[Made, PersonKey]:
    """Run a tiny inpaint in a show whose one person is ada, supervisor; also give her new key.

    PHOTODOUBLE_USER must name a file of the test's own before.
    """
    folder.mkdir()
    made = make_take(folder, shot_writer, range(1001, 1003))
    key = new_person_key("ada")
    text = f'name = "demo"\n[people.ada]\nrole = "supervisor"\nkey = "{key.public_text()}"\n'
    (made.show / "photodouble.toml").write_text(text, encoding="utf-8")
    return made, key
