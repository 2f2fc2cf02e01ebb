"""What a test does to Nuke from outside: clicks, saves, opens, idles."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence, Tuple

from . import menus, nodes, rendering, scripts, session, waiting


class Host:
    """The hand of the artist, and what the artist has seen."""

    def __init__(self, running: session.Session) -> None:
        self._running = running

    @property
    def gui(self) -> bool:
        return self._running.gui

    @property
    def messages(self) -> List[str]:
        """What nuke.message has shown."""
        return self._running.messages

    @property
    def answers(self) -> List[Any]:
        """What the artist will say to nuke.ask, getInput and getFilename, first question first."""
        return self._running.answers

    @property
    def tprint(self) -> List[str]:
        """What was printed to the terminal."""
        return self._running.said

    @property
    def printed(self) -> List[str]:
        """Tracebacks that Nuke has swallowed and printed."""
        return self._running.printed

    @property
    def progress(self) -> List[waiting.ProgressTask]:
        """Every progress bar there was."""
        return self._running.progress

    @property
    def studio(self) -> Any:
        """Give the hand in Nuke Studio: projects, the open timeline, `right_click(where, *selected)`."""
        return self._running.studio_hand

    @property
    def history(self) -> Any:
        return self._running.history

    @property
    def clipboard(self) -> str:
        return self._running.clipboard

    def cancel_progress(self, cancelled: bool = True) -> None:
        """Press Cancel on whatever progress bar is shown."""
        self._running.cancel_progress = cancelled

    def cancel_render_at(self, frame: int) -> None:
        """Press Cancel on the progress of a render when it comes to a frame."""
        self._running.cancel_at = frame

    def refuse_background(self) -> None:
        """Let no Nuke start in the background from now on."""
        self._running.background_refused = True

    def background(self) -> str:
        """Let every Nuke in the background that waits do its work; gives the first error, or nothing."""
        said = [rendering.render_background(job) for job in self._running.background if not job["done"]]
        return next((one for one in said if one), "")

    @property
    def rendered(self) -> List[Tuple[str, int, str]]:
        """What was rendered: node, frame and file."""
        return self._running.rendered

    def picture(self, node: nodes.Node, frame: Optional[int] = None) -> Any:
        """Draw a node: planes by channel with row 0 at the bottom, box, format and metadata."""
        from .pictures import draw

        return draw(node, frame)

    def error(self, node: nodes.Node, frame: Optional[int] = None) -> str:
        """Give what Nuke writes on a node that cannot be drawn at a frame, or nothing."""
        from .pictures import error_of

        return error_of(node, frame)

    def render_terminal(
        self,
        script: str,
        write: str,
        frames: Optional[Sequence[int]] = None,
        started: Optional[Callable[[], None]] = None,
    ) -> List[str]:
        """Render a Write of a script file as `Nuke -x` does, in a Nuke of its own without a window.

        `started` is what its init.py does; without it the plug-in is not installed there. Gives the lines it
        printed; a render that failed is a RuntimeError.
        """
        with open(script, encoding="utf-8") as opened:
            text = opened.read()
        said, error = rendering.in_terminal(text, str(script), [write], frames, started=started)
        if error:
            raise RuntimeError(error)
        return said

    def click(self, path: str) -> None:
        """Choose a menu command, such as `Nuke/Photo Double/Run`; the first step names the menu."""
        first, _, rest = path.partition("/")
        above = self._running.menus.get(first) or menus.menu(first)
        found = above.findItem(rest)
        if found is None or isinstance(found, menus.Menu):
            raise LookupError("no such command: %s" % path)
        found.invoke()

    def press(self, node: nodes.Node, knob: str) -> None:
        """Press a button of a node."""
        node[knob].execute()

    def set_frame(self, frame: int) -> None:
        """Move the playhead."""
        self._running.root.setFrame(frame)

    def idle(self) -> int:
        """Let the main thread idle: what waits for it runs, then updateUI; says how many calls ran."""
        ran = waiting.pump()
        if self._running.gui:
            for node in self._everything(self._running.root):
                self._running.callbacks.fire("UpdateUI", node)
                node._own_text("updateUI")
        return ran

    def label(self, node: nodes.Node) -> str:
        """Give what the node graph writes on a node."""
        said = self._running.callbacks.autolabel(node)
        return node.name() if said is None else said

    def save(self, path: str) -> None:
        """Save the script under a name."""
        scripts.scriptSaveAs(str(path), 1)

    def open(self, path: str) -> None:
        """Open a script in place of this one."""
        scripts.scriptOpen(str(path))

    def script_text(self) -> str:
        """Give the script as it would be saved."""
        return scripts.script_text()

    def copy(self, *chosen: nodes.Node) -> None:
        """Select nodes and press Ctrl-C."""
        self.select(*chosen)
        scripts.nodeCopy("%clipboard%")

    def paste(self) -> Any:
        """Press Ctrl-V; gives the node that was pasted last."""
        return scripts.nodePaste("%clipboard%")

    def undo(self) -> bool:
        """Press Ctrl-Z; False where there is nothing to take back."""
        return self._running.history.undo()

    def redo(self) -> bool:
        return self._running.history.redo()

    def panel(self, id: str) -> Any:
        """Give the panel that was registered under an id."""
        return self._running.panels[id + ".panel"]

    def select(self, *chosen: nodes.Node) -> None:
        """Select these nodes and no others."""
        for one in self._everything(self._running.root):
            one.setSelected(one in chosen)

    def _everything(self, group: nodes.Group) -> List[nodes.Node]:
        found: List[nodes.Node] = []
        for one in group.nodes():
            found.append(one)
            if isinstance(one, nodes.Group):
                found += self._everything(one)
        return found
