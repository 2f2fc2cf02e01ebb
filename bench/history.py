"""Measure what the history of a take costs: hashing, ledger and signatures, beside the run they belong to.

    python bench/long_plates.py FOLDER --size 1920x1080 --frames 100 --only plate,matte
    python bench/history.py FOLDER/plate/plate.####.exr FOLDER/matte/matte.####.exr

In each round a take is made by the engine, then its parts of history are done again and timed by themselves:
both hashes of every file, the events of a run and of an export in a fresh ledger with signed heads, one
approval, one label over all frames. The last line is JSON: seconds of the best round; `ratio`, history to the
whole run; `processor_ratio`, the same in processor seconds, which other programs at work disturb less; and
how many files a second `verify` reads.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.image.sequence import Sequence
from photodouble.provenance.c2pa import SOURCE, Claim, label_frames
from photodouble.provenance.canonical import digest
from photodouble.provenance.dsse import sign
from photodouble.provenance.keys import new_person_key
from photodouble.provenance.ledger import Ledger
from photodouble.provenance.sign import make_studio
from photodouble.provenance.verify import verify
from photodouble.settings import Settings
from photodouble.takes.finding import store_at
from photodouble.takes.store import Take
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput


def main() -> None:
    """Run the rounds in turns and print the best of each part."""
    options = _options()
    frames = Sequence.find(options.plate).frames[: options.frames]
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="photodouble-history-", dir=options.folder) as folder:
        os.environ["PHOTODOUBLE_USER"] = str(Path(folder) / "user" / "photodouble.toml")
        key = new_person_key("ada")
        studio = make_studio(Path(folder) / "signing", "Bench Studio")
        for number in range(options.rounds):
            place = Path(folder) / str(number)
            settings = Settings(engine_folder=str(place / "state"), cache_folder=str(place / "cache"))
            told: dict[str, float] = {}
            with timed(told, "run_s"):
                take = _run(options, frames, place, settings)
            with timed(told, "hash_s"):
                _hash(take)
            with timed(told, "ledger_s"):
                _events(take, Settings(engine_folder=str(place / "fresh")))
            with timed(told, "sign_s"):
                sign({"take": take.take_id, "manifest": digest(take.manifest())}, "decision.approved", key)
                claim = Claim(take.take_id, "inpaint", SOURCE + "compositeCapture", "photodouble")
                label_frames(place, "label", _names(take), claim, studio)
            found = verify(str(take.folder), store_at(str(place / "takes")), settings)
            told["verify_s"] = found.seconds / len(found.files)
            print(", ".join(f"{name} {value:.3f}" for name, value in told.items()), flush=True)
            best = {name: min(value, best.get(name, value)) for name, value in told.items()}
    parts = ("hash_s", "ledger_s", "sign_s")
    ratio = sum(best[name] for name in parts) / best["run_s"]
    processor = sum(best[f"{name}_processor"] for name in parts) / best["run_s_processor"]
    rounded = {name: round(value, 3) for name, value in best.items() if name != "verify_s"}
    print(
        json.dumps(
            {
                **rounded,
                "frames": len(frames),
                "ratio": round(ratio, 4),
                "processor_ratio": round(processor, 4),
                "verify_files_a_second": round(1 / best["verify_s"], 1),
            }
        )
    )


@contextmanager
def timed(told: dict[str, float], name: str) -> Iterator[None]:
    """Note the seconds and the processor seconds that a block takes."""
    begun, worked = time.perf_counter(), time.process_time()
    yield
    told[name] = time.perf_counter() - begun
    told[f"{name}_processor"] = time.process_time() - worked


def _run(options: argparse.Namespace, frames: tuple[int, ...], place: Path, settings: Settings) -> Take:
    inputs = {"plate": PortInput(options.plate), "matte": PortInput(options.matte)}
    request = JobRequest(
        "inpaint", inputs, range=FrameRange(frames), output_root=str(place / "takes"), shot="bench"
    )
    return run_job(request, JobOptions(settings=settings)).take


def _hash(take: Take) -> None:
    for path in _files(take).values():
        file_sha256(path)
        pixel_sha256(path)


def _events(take: Take, settings: Settings) -> None:
    """Write what a run and an export write: four events and two signed heads."""
    manifest = take.manifest()
    outputs = {
        frame: {
            name: [one["file_sha256"], one["pixel_sha256"]]
            for name, one in manifest["frames"][frame]["files"].items()
        }
        for frame in manifest["frames"]
    }
    facts = {"take": take.take_id, "request_sha256": manifest["request_sha256"]}
    content = {"inputs": manifest["inputs"], "outputs": outputs, "content_sha256": digest(manifest)}
    begun = {"operation": "inpaint", "request": take.request().to_json(), "code_version": "bench"}
    with Ledger.open(settings) as ledger:
        ledger.append("run.started", {**facts, **begun, "host": "bench", "user": "bench"})
        ledger.append("run.finished", {**facts, **content})
        ledger.append("suggestion.created", {**facts, "content_sha256": content["content_sha256"]})
        ledger.sign_head(ledger.key)
        ledger.append("export.signed", {**facts, "files": outputs})
        ledger.sign_head(ledger.key)


def _names(take: Take) -> dict[str, str]:
    return {path.name: sha for sha, path in _files(take).items()}


def _files(take: Take) -> dict[str, Path]:
    frames = take.manifest()["frames"].values()
    return {
        one["file_sha256"]: take.folder / one["path"] for frame in frames for one in frame["files"].values()
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("plate")
    parser.add_argument("matte")
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=None)
    return parser.parse_args()


if __name__ == "__main__":
    main()
