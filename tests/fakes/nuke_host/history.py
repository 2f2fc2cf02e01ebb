"""Undo as Nuke has it: nested groups are one step, and nothing is kept while it is disabled."""

from __future__ import annotations

from typing import Callable, List, Optional, Tuple

from . import session

Change = Tuple[Callable[[], None], Callable[[], None]]


class Step:
    """What one Undo takes back."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.changes: List[Change] = []


class History:
    """The steps that can be taken back, and those that can be done again."""

    def __init__(self) -> None:
        self.done: List[Step] = []
        self.undone: List[Step] = []
        self.open: List[Step] = []
        self.off = 0
        self.replaying = False

    def did(self, back: Callable[[], None], again: Callable[[], None]) -> None:
        """Keep how one change is taken back and made again."""
        if self.replaying or self.off:
            return
        if self.open:
            self.open[0].changes.append((back, again))
        else:
            step = Step("")
            step.changes.append((back, again))
            self._keep(step)

    def begin(self, name: str) -> None:
        self.open.append(Step(name))

    def end(self) -> None:
        if not self.open:
            raise RuntimeError("Undo.end() without Undo.begin()")
        step = self.open.pop()
        if not self.open and step.changes:
            self._keep(step)

    def cancel(self) -> None:
        """Take back what the open group did, and forget it."""
        if not self.open:
            raise RuntimeError("Undo.cancel() without Undo.begin()")
        first = self.open[0]
        del self.open[:]
        self._replay([back for back, _ in reversed(first.changes)])

    def undo(self) -> bool:
        if not self.done:
            return False
        step = self.done.pop()
        self._replay([back for back, _ in reversed(step.changes)])
        self.undone.append(step)
        return True

    def redo(self) -> bool:
        if not self.undone:
            return False
        step = self.undone.pop()
        self._replay([again for _, again in step.changes])
        self.done.append(step)
        return True

    def clear(self) -> None:
        del self.done[:], self.undone[:], self.open[:]

    def _keep(self, step: Step) -> None:
        self.done.append(step)
        del self.undone[:]

    def _replay(self, calls: List[Callable[[], None]]) -> None:
        self.replaying = True
        try:
            for call in calls:
                call()
        finally:
            self.replaying = False


class Undo:
    """`nuke.Undo` (stubs nuke/classes/Undo.py; facts section 6): a group of changes that is one step."""

    def __init__(self, name: str = "") -> None:
        self._name = name

    def __enter__(self) -> Undo:
        Undo.begin(self._name)
        return self

    def __exit__(self, kind: Optional[type], error: object, trace: object) -> None:
        """Close the group; after an exception what was done stays done and is one step."""
        Undo.end()

    @staticmethod
    def begin(name: str = "") -> None:
        session.now().main_only("Undo.begin")
        session.now().history.begin(name)

    @staticmethod
    def end() -> None:
        session.now().history.end()

    @staticmethod
    def new(name: str = "") -> None:
        """Close the open group and begin another."""
        Undo.end()
        Undo.begin(name)

    @staticmethod
    def name(name: str) -> None:
        """Name the open group."""
        opened = session.now().history.open
        if opened:
            opened[0].name = name

    @staticmethod
    def cancel() -> None:
        session.now().history.cancel()

    @staticmethod
    def disable() -> None:
        session.now().history.off += 1

    @staticmethod
    def enable() -> None:
        history = session.now().history
        history.off = max(0, history.off - 1)

    @staticmethod
    def disabled() -> bool:
        return session.now().history.off > 0

    @staticmethod
    def undo() -> None:
        session.now().history.undo()

    @staticmethod
    def redo() -> None:
        session.now().history.redo()

    @staticmethod
    def undoSize() -> int:
        return len(session.now().history.done)

    @staticmethod
    def redoSize() -> int:
        return len(session.now().history.undone)

    @staticmethod
    def undoDescribe() -> str:
        done = session.now().history.done
        return done[-1].name if done else ""
