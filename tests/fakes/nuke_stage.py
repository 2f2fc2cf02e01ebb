"""A script in the made-up Nuke with a plate, a matte and one of our nodes, as an artist would have it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 120.0


class Stage:
    """One open script. Every module of the adapter is an attribute, imported into this Nuke."""

    def __init__(
        self,
        host: Any,
        folder: Path,
        shot: Any,
        operation: str = "inpaint",
        *,
        names: tuple[str, ...] = ("plate", "matte"),
    ) -> None:
        """Open a saved script with a Read for plate and matte, both connected to a node of the operation.

        `names` are the files of plate and matte; without a second one there is no matte.
        """
        import nuke
        from nuke_adapter import forget

        forget()
        self.host, self.nuke, self.folder, self.shot = host, nuke, folder, shot
        folder.mkdir(parents=True, exist_ok=True)
        nuke.scriptSaveAs(str(folder / "sh010_comp_v003.nk"), 1)
        reads = [self.read(name) for name in names]
        self.plate, self.matte = reads[0], reads[1] if len(reads) > 1 else None
        self.node = self.module("group").make(operation)
        self.connect(plate=self.plate, **({"matte": self.matte} if self.matte is not None else {}))
        self.node["shot"].setValue("sh010")
        nuke.root().setModified(False)

    def module(self, name: str) -> Any:
        """Give a module of the adapter."""
        return importlib.import_module(f"photodouble_nuke.{name}")

    @property
    def pd(self) -> Any:
        """Give the node in the words of the adapter."""
        return self.module("node").PhotoDoubleNode(self.node)

    @property
    def status(self) -> str:
        """Give what is written on the node."""
        return str(self.node["pd_status"].value())

    @property
    def shown(self) -> Any:
        """Give what the node shows of its job."""
        return self.module("running").shown(self.node)

    def read(self, name: str, frames: tuple[int, ...] = ()) -> Any:
        """Make a Read of a sequence of the shot."""
        numbers = frames or self.shot.frames
        made = self.nuke.nodes.Read()
        pattern = self.shot.folder / f"{name}.%04d.exr"
        made["file"].fromUserText(f"{pattern} {numbers[0]}-{numbers[-1]}")
        return made

    def connect(self, **inputs: Any) -> None:
        """Connect nodes to the ports of our node by name."""
        ports = [port.key for port in self.module("knobs").picture_ports(self.pd.spec)]
        for key, node in inputs.items():
            self.node.setInput(ports.index(key), node)

    def plan(self) -> Any:
        """Look at what feeds the node."""
        return self.module("planning").plan(self.pd)

    def run(self) -> Any:
        """Press Run, say yes to what is asked, and wait for the end."""
        self.host.answers.append(True)
        self.module("running").run(self.node)
        self.host.answers.clear()
        return self.wait()

    def wait(self, until: Callable[[Any], bool] = lambda shown: not shown.is_at_work) -> Any:
        """Let Nuke idle until the job of the node is where it is wanted; gives what is shown then."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.host.idle()
            if until(self.shown):
                return self.shown
            time.sleep(0.02)
        raise AssertionError(f"nothing came of it: {self.shown}")

    def close(self) -> None:
        """Follow nothing any more; the script stays as it is on disk."""
        self.module("running").forget()
