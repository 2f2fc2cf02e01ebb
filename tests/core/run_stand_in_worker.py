"""Stand at the other end of the queue's pipe: a process that keeps the protocol, or breaks it on demand.

A request's `node` may hold JSON: for a place such as "begin", "frame 1003" or "seal", what happens there the
first time, the second time and so on: "die", "exit", "garbage", "nonsense", "mute", "deaf", "fail", "wait".
A frame is a file in the request's output root that names the worker that made it.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

FULL_DISK = {
    "code": "engine.disk_full",
    "title": "The disk is full",
    "message": "No frame fits.",
    "fix": "Make room.",
}
STOPPED = {"code": "engine.stopped", "title": "It was stopped", "message": "As asked.", "fix": "Resume it."}


class StandIn:
    def __init__(self) -> None:
        self.state = Path(sys.argv[sys.argv.index("--state") + 1])
        self.orders: queue.SimpleQueue[dict] = queue.SimpleQueue()
        self.stopped: set[int] = set()
        self.held = self.mute = False
        self.jobs: dict[str, dict] = {}
        self.lock = threading.Lock()

    def say(self, **word: object) -> None:
        with self.lock:
            sys.stdout.write(json.dumps(word) + "\n")
            sys.stdout.flush()

    def listen(self) -> None:
        for line in sys.stdin:
            order = json.loads(line)
            if order["do"] == "stop":
                self.stopped.add(order["call"])
            elif order["do"] in ("hold", "go"):
                self.held = order["do"] == "hold"
            else:
                self.orders.put(order)
        os._exit(0)

    def live(self) -> None:
        while True:
            time.sleep(0.1)
            if not self.mute:
                self.say(say="alive")

    def serve(self) -> None:
        while (order := self.orders.get())["do"] != "quit":
            if order["do"] == "close":
                self.jobs.pop(order["job"], None)
                continue
            if "call" not in order:
                continue
            result = getattr(self, order["do"])(order)
            word = (
                {"say": "failed", "error": result} if "code" in result else {"say": "done", "result": result}
            )
            self.say(**word, call=order["call"])

    def begin(self, order: dict) -> dict:
        request = order["request"]
        root = Path(request["output_root"])
        root.mkdir(exist_ok=True, parents=True)
        first, _, last = request["range"].partition("-")
        job = {"root": str(root), "node": request["node"], "take": request["take"]}
        job["frames"] = list(range(int(first), int(last or first) + 1))
        self.jobs[order["job"]] = job
        opened = self.state / "opened" / f"{order['job']}.job"
        opened.write_text(json.dumps(job), encoding="utf-8")
        self.say(say="event", call=order["call"], event={"event": "queued", "schema": 1, "take": job["take"]})
        progress = {"event": "progress", "schema": 1, "frame": 1, "of": 2, "note": "analysing"}
        self.say(say="event", call=order["call"], event=progress)
        return self.act("begin", order) or {
            "take": job["take"],
            "label": "shot_inpaint_v001",
            "folder": str(root),
            "frames": job["frames"],
            "missing": self.missing(job),
            "sealed": (root / "manifest.json").exists(),
            "opened": str(opened),
        }

    def open(self, order: dict) -> dict:
        self.jobs[order["job"]] = json.loads(Path(order["opened"]).read_text(encoding="utf-8"))
        return {}

    def frame(self, order: dict) -> dict:
        path = self.path(self.jobs[order["job"]], order["frame"])
        found = self.act(f"frame {order['frame']}", order)
        if found:
            return found
        if order["call"] in self.stopped:
            return STOPPED
        path.write_text(str(os.getpid()), encoding="utf-8")
        return {"frame": order["frame"], "path": str(path), "linked_from": "", "seconds": 0.0}

    def seal(self, order: dict) -> dict:
        job = self.jobs[order["job"]]
        found = self.act("seal", order)
        if found:
            return found
        manifest = Path(job["root"]) / "manifest.json"
        missing = self.missing(job)
        if not missing:
            manifest.write_text("{}", encoding="utf-8")
        sealed = "" if missing else str(manifest)
        return {"manifest": sealed, "contact_sheet": "", "copies": [], "missing": missing}

    def preview(self, order: dict) -> dict:
        request = order["wanted"]["request"]
        job = {"root": request["output_root"], "node": request["node"]}
        frame = order["wanted"]["frame"]
        found = self.act("preview", order, job)
        return found or {
            "frame": frame,
            "path": "p.exr",
            "picture": "p.png",
            "scale": 2,
            "notes": ["reduced"],
        }

    def task(self, order: dict) -> dict:
        job = {"root": order["arguments"].get("root", ""), "node": order["arguments"].get("node", "")}
        return self.act("task", order, job) or {"answer": [order["name"], os.getpid()]}

    def path(self, job: dict, frame: int) -> Path:
        return Path(job["root"]) / f"{frame}.txt"

    def missing(self, job: dict) -> list[int]:
        return [frame for frame in job["frames"] if not self.path(job, frame).exists()]

    def act(self, place: str, order: dict, job: dict | None = None) -> dict | None:
        job = job or self.jobs[order["job"]]
        acts = json.loads(job["node"] or "{}")
        done = Path(job["root"]) / f"{place}.count" if acts else None
        count = int(done.read_text(encoding="utf-8")) if done and done.exists() else 0
        if done:
            done.parent.mkdir(exist_ok=True, parents=True)
            done.write_text(str(count + 1), encoding="utf-8")
        wanted = acts.get(place, acts.get(place.split(" ")[0], []))
        act = wanted[count] if count < len(wanted) else ""
        end = time.monotonic() + float(acts.get("seconds", 0))
        while (self.held or time.monotonic() < end or act == "wait") and order["call"] not in self.stopped:
            time.sleep(0.005)
        return getattr(self, f"act_{act}", lambda _order: None)(order)

    def act_wait(self, _order: dict) -> dict:
        return STOPPED

    def act_die(self, _order: dict) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def act_exit(self, _order: dict) -> None:
        sys.stderr.write("the wall fell over\n")
        sys.stderr.flush()
        os._exit(3)

    def act_garbage(self, _order: dict) -> None:
        with self.lock:
            sys.stdout.write('no json\n\x00\xff\n[1, 2]\n{"say": 5}\n{"say": "done", "call": 99999}\n\n')

    def act_nonsense(self, order: dict) -> None:
        self.say(say="done", call=order["call"], result={"nothing": "known"})

    def act_mute(self, _order: dict) -> None:
        self.mute = True
        time.sleep(600)

    def act_deaf(self, _order: dict) -> None:
        time.sleep(600)

    def act_fail(self, _order: dict) -> dict:
        return FULL_DISK


if __name__ == "__main__":
    worker = StandIn()
    threading.Thread(target=worker.listen, daemon=True).start()
    threading.Thread(target=worker.live, daemon=True).start()
    worker.say(say="ready", pid=os.getpid())
    worker.serve()
