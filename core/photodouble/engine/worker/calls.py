"""The orders of the engine, one after another: every one ends with done or failed, whatever happens."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.engine.guard import told
from photodouble.engine.room import is_memory
from photodouble.ops.operation import Reporter, Stopped
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Progress, Warned

from .orders import Order, Orders
from .voice import Telling, Voice
from .warm import give_back

if TYPE_CHECKING:
    from photodouble.engine.preview import PreviewStore

    from .jobs import Jobs

logger = logging.getLogger(__name__)

_STOPPED = ArtistError(
    "engine.stopped",
    "The work was stopped",
    "It was asked to stop. Finished frames are kept.",
    "Submit it again, or resume the job, to do what is missing.",
)


class Calls:
    """Carries out orders until it is told to quit."""

    def __init__(self, voice: Voice, orders: Orders, *, state: Path, threads: int, log: Path) -> None:
        """Answer with `voice`; `log` is the file that the engine writes a worker's errors to."""
        self._voice = voice
        self._orders = orders
        self._state = state
        self._threads = threads
        self._log = log
        self._opened_jobs: Jobs | None = None
        self._preview_store: PreviewStore | None = None

    def serve(self) -> None:
        """Carry out orders until one says quit."""
        while (order := self._orders.next())["do"] != "quit":
            try:
                self._carry_out(order)
            except Exception:  # the edge of the worker
                logger.exception("an order without a number failed")

    def _carry_out(self, order: Order) -> None:
        if "call" in order:
            self._answer(order, int(order["call"]))
        elif order["do"] == "close":
            self._jobs.close(str(order["job"]))
        elif order["do"] == "free":
            self._free()
        else:
            logger.error("there is no order %r", order["do"])

    def _answer(self, order: Order, call: int) -> None:
        telling = Telling(self._voice, call)
        try:
            result = self._result(order, call, telling)
            telling.flush()
            self._voice.say({"say": "done", "call": call, "result": result})
        except (Exception, SystemExit) as error:  # noqa: BLE001, the edge of the worker, which logs it
            telling.flush()
            self._voice.say({"say": "failed", "call": call, "error": self._error(order, error).to_json()})
        self._orders.ended(call)

    def _result(self, order: Order, call: int, telling: Telling) -> Any:
        def say(event: Event) -> None:
            telling.event(event.to_json())

        report = Reporter(
            on_progress=lambda done, of, note: say(Progress(done, of, note)),
            should_stop=lambda: self._orders.should_stop(call),
            on_warning=lambda message: say(Warned(message)),
        )
        report.check()
        match order["do"]:
            case "begin":
                return self._jobs.begin(order, report, say)
            case "open":
                return self._jobs.open(order)
            case "frame":
                self._voice.say({"say": "step", "call": call, "frame": int(order["frame"])})
                return self._jobs.frame(order, report)
            case "seal":
                return self._jobs.seal(order, report)
            case "preview":
                return self._preview(order, report)
            case "task":
                return self._task(order, report)
        raise ArtistError(
            "engine.refused",
            "The worker does not know this order",
            f"It was asked to {order['do']!r}.",
            "Install the engine again, so that all its parts are of one version.",
        )

    def _preview(self, order: Order, report: Reporter) -> dict[str, Any]:
        from photodouble.engine.pool import limit_threads
        from photodouble.engine.preview import PreviewStore, make_preview
        from photodouble_client.wire import PreviewWanted

        from .jobs import settings_near

        wanted = PreviewWanted.from_json(order["wanted"])
        settings = settings_near(wanted.request)
        self._preview_store = store = self._preview_store or PreviewStore()
        limit_threads(self._threads)
        made = make_preview(wanted, Path(str(order["folder"])), settings, report, store)
        return dataclasses.asdict(made)

    def _task(self, order: Order, report: Reporter) -> dict[str, Any]:
        from photodouble.engine.tasks import run_task
        from photodouble.settings import load_settings

        settings = load_settings().settings
        return {"answer": run_task(str(order["name"]), order["arguments"], settings, report)}

    def _error(self, order: Order, error: BaseException) -> ArtistError:
        if isinstance(error, Stopped):
            return _STOPPED
        if is_memory(error):
            self._free()
        elif not isinstance(error, ArtistError):
            logger.exception("the order %r failed", order.get("do"))
        return told(error, self._log)

    def _free(self) -> None:
        if self._opened_jobs is not None:
            self._opened_jobs.free()
        self._preview_store = None
        give_back()

    @property
    def _jobs(self) -> Jobs:
        """The jobs, which load the pixel libraries when they are first needed."""
        if self._opened_jobs is None:
            from .jobs import Jobs

            self._opened_jobs = Jobs(self._state, self._threads)
        return self._opened_jobs
