"""A host in the fault run: submits what is wished for, follows it, cancels, resumes. It may die anywhere.

python bench/_fault_host.py FOLDER
"""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import time
from pathlib import Path

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.wire import PreviewWanted, Submission

FOLLOWED = 12


def main(folder: Path) -> None:
    """Work until the file `stop` appears; errors are told and tried again, as an artist would."""
    logging.basicConfig(level=logging.INFO, format=f"host {os.getpid()} %(message)s")
    chance = random.Random(os.getpid())
    while not (folder / "stop").exists():
        try:
            engine = Engine.connect("bench", environment=dict(os.environ))
            submit(engine, folder)
            resume(engine)
            if chance.random() < 0.05:
                cancel(engine, chance)
            if chance.random() < 0.1:
                preview(engine, folder, chance)
            follow(engine, chance)
            engine.close()
        except ArtistError as error:
            logging.info("%s: %s (%s)", error.code, error, error.detail[-300:])
        time.sleep(0.1)


def submit(engine: Engine, folder: Path) -> None:
    """Submit every wish that was not accepted yet, and note what was."""
    for path in sorted((folder / "wishes").glob("*.json")):
        submission = Submission.from_json(json.loads(path.read_text(encoding="utf-8")))
        if not (folder / "accepted" / submission.job).exists():
            job = engine.submit(submission)
            (folder / "accepted" / job.job).touch()


def resume(engine: Engine) -> None:
    """Resume what failed or was cancelled, unless its disk is the matter: somebody has to make room first."""
    for job in engine.jobs(state="failed") + engine.jobs(state="cancelled"):
        code = job.error.code if job.error is not None else ""
        if code not in ("engine.disk_full", "input.unwritable_output"):
            logging.info("resume %s: %s (%s)", job.job, job.error, job.error and job.error.detail[-300:])
            engine.resume(job.job)


def cancel(engine: Engine, chance: random.Random) -> None:
    """Think better of a job."""
    open_jobs = [job.job for job in engine.jobs() if not job.has_ended]
    if open_jobs:
        logging.info("cancel %s", engine.cancel(chance.choice(open_jobs)).job)


def preview(engine: Engine, folder: Path, chance: random.Random) -> None:
    """Look at a frame while the jobs run."""
    path = chance.choice(sorted((folder / "wishes").glob("*.json")))
    request = Submission.from_json(json.loads(path.read_text(encoding="utf-8"))).request
    shown = engine.preview(PreviewWanted(request, request.range.first, slot="viewer"))
    logging.info("preview %s", shown.path)


def follow(engine: Engine, chance: random.Random) -> None:
    """Follow a job that is not over, for some events."""
    open_jobs = [job for job in engine.jobs() if not job.has_ended]
    if not open_jobs:
        return
    follower = engine.events(chance.choice(open_jobs).job)
    for number, _report in enumerate(follower):
        if number > FOLLOWED:
            break
    follower.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
