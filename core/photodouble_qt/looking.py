"""What the panel shows: the selection, its takes, and the frame that is looked at. It never waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Mapping, Optional

from photodouble_client.errors import ArtistError
from photodouble_client.language import said

from .desk import Selection, Suggestion
from .takes import TakeRow
from .telling import telling
from .worth import suggestions_of

if TYPE_CHECKING:
    from .panel import PhotoDoublePanel

NO_PLACE = "Nothing says yet where takes are kept: save the script, or name a folder for them."
_WIPE = "wipe"
_CHOSEN = "chosen"
_DECISIONS = 3
"""So many of the latest decisions and notes are shown; the review page has all."""


class Looking:
    """Look at the takes of what is selected; `is_here` says whether an engine is there to be asked."""

    def __init__(self, panel: PhotoDoublePanel) -> None:
        self.panel = panel
        self.selection: Optional[Selection] = None
        self.is_here = False
        self._has_looked = False
        self._own: List[Suggestion] = []
        self._advised: List[Suggestion] = []
        panel.compare.picture.position = float(panel.desk.notes.get(_WIPE, 0.5))

    def begin(self) -> None:
        """Look at everything anew."""
        self._has_looked = False

    @telling
    def look_at_selection(self) -> None:
        """See what is selected now, and ask for what is new."""
        before, now = self.selection, self.panel.desk.selection()
        if self._has_looked and now == before:
            # An undo or a new connection in the host changes these, and nothing of the selection.
            self._show_kept()
            self._allow_submit()
            self._show_worth()
            return
        self.selection, first, self._has_looked = now, not self._has_looked, True
        panel = self.panel
        panel.title.setText(said(_title(now)))
        self._allow_submit()
        if first or before is None or now is None or _where(now) != _where(before) or now.take != before.take:
            self.list_takes()
        elif panel.compare.go_to(now.frame):
            self.ask_pictures()
        self._show_kept()

    @telling
    def list_takes(self) -> None:
        """Ask for the takes of the selection; without an engine nothing is started for it."""
        if self.selection is None or not self.selection.takes_root:
            self._show_takes([])
            self.panel.compare.picture.show_words("" if self.selection is None else NO_PLACE)
        elif self.is_here:
            self.panel.asker.task(
                "takes",
                "takes.list",
                {"root": self.selection.takes_root},
                self._show_takes,
                self.panel.refuse,
            )

    @telling
    def refresh(self) -> None:
        """List the takes again."""
        self.panel.desk.refresh()
        self.list_takes()

    @telling
    def _show_takes(self, answer: Any) -> None:
        panel, selection = self.panel, self.selection
        rows = [TakeRow.from_json(row) for row in answer]
        rows = [row for row in rows if selection is not None and row.is_of(selection)]
        noted = panel.desk.notes.get(_CHOSEN, "")
        is_first = panel.takes.take() is None
        panel.takes.show_takes(rows, selection.take if selection is not None else "")
        if is_first and noted:
            was_blocked = panel.takes.blockSignals(True)
            panel.takes.choose(noted)
            panel.takes.blockSignals(was_blocked)
        self.choose()
        bare = panel.takes.without_picture()
        if bare:
            root = selection.takes_root if selection is not None else ""
            size = 320 if panel.devicePixelRatioF() > 1 else 160
            errands = [
                (
                    row.take,
                    "pictures.thumbnail",
                    {"take": row.folder, "root": root, "frame": row.middle, "size": size},
                )
                for row in bare
            ]
            panel.asker.errands("thumbnails", errands, self._show_thumbnail, _without_picture)

    @telling
    def choose(self) -> None:
        """Look at the take that is chosen in the list; what is shown of it already stays meanwhile."""
        panel, row, before = self.panel, self.panel.takes.take(), self.panel.compare.take
        panel.desk.look_at(row.place if row is not None else None)
        if row is not None:
            panel.desk.notes[_CHOSEN] = row.take
        panel.compare.show_take(row, panel.takes.takes(), self.selection.frame if self.selection else None)
        if (row.take if row else "") != (before.take if before else ""):
            panel.decide.forget()
            self._show_worth([])
        for one in (panel.use, panel.page):
            one.setEnabled(row is not None)
        panel.decide.allow(row is not None)
        self._allow_submit()
        self._show_kept()
        if row != before or panel.compare.picture.is_empty:
            self.ask_pictures()
        self._ask_standing(row)

    def _ask_standing(self, row: Optional[TakeRow]) -> None:
        """Ask where a take stands, and what is weak in it; a take without advice has none to show."""
        if row is None or not self.is_here:
            return
        asker, given = self.panel.asker, {"take": row.folder, "root": self.root}
        asker.task("status", "takes.status", given, self._show_status, self.panel.refuse)
        asker.task("advice", "takes.advise", given, self._show_advice, lambda _problem: None)

    @telling
    def _show_status(self, answer: Any) -> None:
        """Say where the take stands, who said what of it last, and what is missing."""
        said = [str(answer["text"]), *(str(one) for one in answer["missing"])]
        said += [_told(one) for one in reversed(answer["told"][-_DECISIONS:])]
        self.panel.decide.tell("\n".join(text for text in said if text))

    @telling
    def _show_advice(self, answer: Any) -> None:
        self._show_worth(suggestions_of(answer))

    def _show_worth(self, advised: Optional[List[Suggestion]] = None) -> None:
        """List what the host and the engine find worth a look; the host may find more at any time."""
        own: List[Suggestion] = list(self.panel.desk.suggested_frames())
        if advised is not None or own != self._own:
            self._own = own
            self._advised = self._advised if advised is None else advised
            self.panel.worth.show_suggestions([*own, *self._advised])

    @telling
    def _show_thumbnail(self, take: str, answer: Any) -> None:
        self.panel.takes.show_picture(take, str(answer["picture"]))

    @telling
    def ask_pictures(self) -> None:
        """Ask for the pictures of the frame that is looked at."""
        panel = self.panel
        errands = panel.compare.errands(self.root)
        if not errands or not self.is_here:
            panel.asker.give_up("pictures")
            return
        panel.compare.begin()
        panel.asker.errands("pictures", errands, self._show_picture, self._show_no_picture)

    @telling
    def _show_picture(self, side: str, answer: Any) -> None:
        self.panel.compare.show_picture(side, str(answer["picture"]))

    def _show_no_picture(self, _side: str, problem: ArtistError) -> None:
        self.panel.compare.show_problem(problem)

    @telling
    def go_to(self, frame: int) -> None:
        """Move the playhead."""
        panel = self.panel
        panel.desk.go_to(frame)
        if panel.compare.go_to(frame):
            self.ask_pictures()
        self._show_kept()

    def _allow_submit(self) -> None:
        panel = self.panel
        panel.submit.setEnabled(panel.desk.can_submit() and not panel.asker.is_asking("submit"))

    def note_wipe(self, position: float) -> None:
        """Remember where the line is."""
        self.panel.desk.notes[_WIPE] = position

    @telling
    def lock(self, keep: bool) -> None:
        """Keep the frame that is looked at in the next take, or make it anew."""
        try:
            self.panel.desk.lock(self.panel.compare.frame, keep)
        finally:
            self._show_kept()

    def _show_kept(self) -> None:
        panel = self.panel
        can_lock = panel.desk.can_lock and panel.compare.take is not None
        panel.worth.show_kept(panel.desk.locked_frames(), panel.compare.frame, can_lock=can_lock)

    @property
    def root(self) -> str:
        """Give the folder that the takes lie in; empty: the engine knows."""
        return self.selection.takes_root if self.selection is not None else ""


def _title(selection: Optional[Selection]) -> str:
    if selection is None:
        return "Nothing of Photo Double is selected."
    parts = [selection.name, "/".join(part for part in (selection.shot, selection.operation) if part)]
    return "  ·  ".join(dict.fromkeys(part for part in parts if part))


def _where(selection: Selection) -> Any:
    return selection.name, selection.operation, selection.takes_root, selection.shot


def _without_picture(_take: str, _problem: ArtistError) -> None:
    """A take without finished frames has no picture; that is no fault worth a word."""


def _told(decision: Mapping[str, Any]) -> str:
    """Tell one decision in a line: what was said, by whom and when, why."""
    said, reason = "{word} {by}".format(**decision), str(decision["reason"])
    return f"{said}: {reason}" if reason else said
