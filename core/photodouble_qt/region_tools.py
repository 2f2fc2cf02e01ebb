"""The tools for a region of the chosen clip: a still to draw on, dials, a preview of the frame, a take."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.language import said

from . import look, making
from .drawing import Drawing
from .error_box import ErrorBox
from .host_line import HostLine
from .making import Plan
from .picture import PictureView
from .qt import Qt, QtCore, QtGui, QtWidgets
from .resolve_desk import Clip, ResolveDesk
from .shapes import ShapeView
from .telling import telling
from .tool_form import ToolForm
from .tools import TOOLS

TICK_MS = 150
STILL, PREVIEW, SUBMIT, MATTE = "still", "preview", "submit", "matte"


class RegionTools(QtWidgets.QWidget):
    """Draw on a still of the chosen clip, turn dials, look at the frame, make a take."""

    def __init__(self, desk: ResolveDesk) -> None:
        super().__init__()
        self.desk = desk
        self.panel = self
        """Where `telling` shows what goes wrong."""
        self.drawings: Dict[str, Drawing] = {}
        self._shown: Optional[Tuple[str, int]] = None
        self.error = ErrorBox()
        self.shapes, self.result = ShapeView(), PictureView()
        self.result.left_name, self.result.right_name = "plate", "preview"
        self.pictures = QtWidgets.QStackedWidget()
        self.tabs = QtWidgets.QTabWidget()
        self.forms = [ToolForm(tool) for tool in TOOLS]
        self.space = QtWidgets.QComboBox()
        self.space.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.hint, self.told = look.words(), look.words(is_quiet=True)
        self._still = ""
        self._make_buttons()
        self._lay_out()
        self._connect()
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def form(self) -> ToolForm:
        """Give what the tool that is chosen asks for."""
        return self.forms[self.tabs.currentIndex()]

    def refuse(self, problem: ArtistError) -> None:
        """Show what went wrong."""
        self.told.setText("")
        self.error.show_error(problem)

    @telling
    def tick(self) -> None:
        """Hear what was answered, and fetch a still where the playhead has moved."""
        self.desk.selection()
        clip = self.desk.clip
        self._show_spaces(clip)
        now = None if clip is None else (clip.ident, clip.frame)
        if now != self._shown and not self.desk.is_busy(STILL):
            self._shown = now
            self.fetch_still()
        self._allow()

    @telling
    def fetch_still(self) -> None:
        """Ask for the frame under the playhead."""
        clip = self.desk.clip
        if clip is None:
            self.shapes.show_words(self.desk.why)
            return
        space, session = self.space.currentText(), self.desk.session

        def question(engine: Engine) -> Any:
            told = HostLine(engine, session).ask("still", {"space": space})
            return told if told["how"] != "source" else {**told, **_picture_of(engine, told)}

        self.desk.work(STILL, question, lambda answer: self._show_still(clip, answer), self._no_still)

    @telling
    def preview(self) -> None:
        """Make the frame under the playhead with the tool, and no take."""
        plan = self.plan()
        session = self.desk.session
        self._begin("Making the preview ...")
        self.desk.work(
            PREVIEW,
            lambda engine: making.preview(engine, HostLine(engine, session), plan, f"tools {session}"),
            self._show_preview,
            self.refuse,
        )

    @telling
    def submit(self) -> None:
        """Hand the clip over with the tool."""
        plan = self.plan()
        session = self.desk.session
        self._begin("Handing over ...")
        self.desk.work(
            SUBMIT,
            lambda engine: making.submit(engine, HostLine(engine, session), plan),
            self.told.setText,
            self.refuse,
        )

    @telling
    def stop(self) -> None:
        """Give up what is waited for, in Resolve as well."""
        for what in (PREVIEW, SUBMIT, MATTE):
            self.desk.give_up(what)
        self.desk.ask("stop", {}, lambda _answer: None)
        self.told.setText(said("Stopped."))

    @telling
    def fetch_matte(self) -> None:
        """Let Resolve render the alpha of the clip's composition."""
        clip, form = self.desk.clip, self.form
        root = clip.takes_root if clip is not None else ""
        session = self.desk.session

        def use(answer: Mapping[str, Any]) -> None:
            form.matte.setText(str(answer["path"]))
            self.told.setText(said(str(answer["words"])))

        self._begin("Resolve renders the matte ...")
        self.desk.work(
            MATTE,
            lambda engine: HostLine(engine, session).ask("matte", {"takes_root": root}),
            use,
            self.refuse,
        )

    def plan(self) -> Plan:
        """Give all that the buttons mean at this moment; raises ArtistError without a clip."""
        clip = self.desk.clip
        if clip is None:
            raise ArtistError(
                "input.no_clip", "No clip is chosen", self.desk.why, "Choose a clip in Resolve."
            )
        form = self.form
        shapes = (
            {} if form.tool.draws == "no" or self.shapes.drawing.is_empty else self.shapes.drawing.to_json()
        )
        return Plan(
            form.tool,
            takes_root=clip.takes_root,
            shot=clip.shot,
            frame=clip.frame,
            shapes=shapes,
            space=self.space.currentText(),
            **form.given(),
        )

    def showEvent(self, event: QtGui.QShowEvent) -> None:  # noqa: N802, Qt's name
        """Begin to look."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:  # noqa: N802, Qt's name
        """Look at nothing while nobody looks at it."""
        self._timer.stop()
        super().hideEvent(event)

    def _show_still(self, clip: Clip, answer: Mapping[str, Any]) -> None:
        self._still = str(answer.get("picture") or answer["path"])
        size = (int(answer["size"][0]), int(answer["size"][1]))
        drawing = self.drawings.setdefault(clip.ident, Drawing())
        if drawing is not self.shapes.drawing:
            self.shapes.show_drawing(drawing)
        self.shapes.show_still(self._still, size, int(answer["frame"]))
        self.pictures.setCurrentWidget(self.shapes)
        self.told.setText(said(str(answer["words"])))

    def _no_still(self, problem: ArtistError) -> None:
        self.shapes.show_words(f"{said(problem.message)} {said(problem.fix)}")

    def _show_preview(self, answer: Any) -> None:
        found, words = answer
        self.result.show_pictures(self._still, found.picture)
        self.pictures.setCurrentWidget(self.result)
        self.told.setText(said(words or f"Frame {found.frame}, at 1/{found.scale} of its size."))

    def _begin(self, words: str) -> None:
        self.error.clear()
        self.told.setText(said(words))

    def _show_spaces(self, clip: Optional[Clip]) -> None:
        """Offer the encodings where the project does not say how the clip is encoded."""
        spaces: List[str] = list(clip.spaces) if clip is not None else []
        if spaces and spaces != [self.space.itemText(at) for at in range(1, self.space.count())]:
            self.space.clear()
            self.space.addItems(["", *spaces])
        self._space_row.setVisible(bool(spaces))
        if not spaces and self.space.count():
            self.space.clear()

    def _allow(self) -> None:
        is_busy = any(self.desk.is_busy(what) for what in (PREVIEW, SUBMIT, MATTE))
        missing = self._missing()
        for one in (self.preview_button, self.submit_button):
            one.setEnabled(not missing and not is_busy)
        self.hint.setText(said(missing))
        self.hint.setVisible(bool(missing) and not is_busy)
        self.stop_button.setEnabled(is_busy)
        self.draw_button.setEnabled(self.pictures.currentWidget() is self.result)
        self._drawing_row.setVisible(self.form.tool.draws != "no")

    def _missing(self) -> str:
        """Say what the buttons wait for: the clip, its encoding, or what the tool needs."""
        if self.desk.clip is None:
            return self.desk.why
        if not self._space_row.isHidden() and not self.space.currentText():
            return "Choose the encoding of the clip: the project does not say it."
        return self.form.missing(self.shapes.drawing)

    def _make_buttons(self) -> None:
        self.preview_button = look.button(
            "Preview This Frame", "Make the frame under the playhead", "Ctrl+P", self
        )
        self.submit_button = look.button("Make a Take", "Hand the clip over", "Ctrl+Return", self)
        self.stop_button = look.button("Stop", "Give up what is waited for", "Ctrl+.", self)
        self.draw_button = look.button("Back to the Still", "Draw on", "Ctrl+D", self)
        self.key_button = look.button("Key", "Hold the outlines as they are at this frame (K)")
        self.unkey_button = look.button("No Key", "Let this frame be no key any more (Shift+K)")
        self.undo_button = look.button("Undo", "Take the last step back (Ctrl+Z)")
        self.clear_button = look.button("Clear", "Take every outline away; Undo brings them back")

    def _connect(self) -> None:
        wishes: List[Any] = [
            (self.preview_button.clicked, self.preview),
            (self.submit_button.clicked, self.submit),
            (self.stop_button.clicked, self.stop),
            (self.draw_button.clicked, lambda: self.pictures.setCurrentWidget(self.shapes)),
            (self.key_button.clicked, self.shapes.set_key),
            (self.unkey_button.clicked, self.shapes.take_key),
            (self.undo_button.clicked, self.shapes.undo),
            (self.clear_button.clicked, self._clear),
            (self.shapes.stepped, self._step),
            (self.result.stepped, self._step),
            (self.shapes.changed, self._allow),
            (self.tabs.currentChanged, lambda _index: self._turn()),
            (self.space.currentTextChanged, lambda _text: self.fetch_still()),
        ]
        for signal, call in wishes:
            signal.connect(call)
        for form in self.forms:
            form.changed.connect(self._allow)
            form.render_matte.clicked.connect(self.fetch_matte)

    def _turn(self) -> None:
        """Begin with another tool: what the one before made or said is not its own."""
        self.pictures.setCurrentWidget(self.shapes)
        self._begin("")
        self._allow()

    def _clear(self) -> None:
        while self.shapes.drawing.outlines:
            self.shapes.drawing.remove(0)
        self.shapes.open = []
        self.shapes.update()
        self._allow()

    @telling
    def _step(self, way: int) -> None:
        clip = self.desk.clip
        if clip is not None:
            self.desk.go_to(min(max(clip.frame + way, clip.first), clip.last))

    def _lay_out(self) -> None:
        self.pictures.addWidget(self.shapes)
        self.pictures.addWidget(self.result)
        for form in self.forms:
            area = QtWidgets.QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
            area.setWidget(form)
            self.tabs.addTab(area, said(form.tool.title))
        self._space_row = _row(look.words("Encoding of the clip"), self.space)
        look.tell(self.space, "How the clip is encoded: the project does not say it")
        self._drawing_row = _row(
            self.key_button, self.unkey_button, self.undo_button, self.clear_button, self.draw_button
        )
        left, right = QtWidgets.QWidget(), QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(left)
        column.addWidget(self.pictures, 1)
        column.addWidget(self._drawing_row)
        side = QtWidgets.QVBoxLayout(right)
        for widget in (
            self._space_row,
            self.tabs,
            _row(self.preview_button, self.submit_button, self.stop_button),
        ):
            side.addWidget(widget, 1 if widget is self.tabs else 0)
        side.addWidget(self.hint)
        side.addWidget(self.told)
        splitter = QtWidgets.QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        whole = QtWidgets.QVBoxLayout(self)
        whole.addWidget(self.error)
        whole.addWidget(splitter, 1)


def _picture_of(engine: Engine, told: Mapping[str, Any]) -> Dict[str, Any]:
    """Let the engine make a picture of a frame of the source."""
    asked = {"path": told["path"], "frame": told["frame"], "colourspace": told["colourspace"]}
    made = engine.task("pictures.plate", asked)
    return {"picture": made["picture"], "size": [made["width"], made["height"]]}


def _row(*widgets: QtWidgets.QWidget) -> QtWidgets.QWidget:
    made = QtWidgets.QWidget()
    layout = QtWidgets.QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    for one in widgets:
        layout.addWidget(one)
    layout.addStretch(1)
    return made
