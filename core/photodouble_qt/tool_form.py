"""The form of one tool: the files it needs, who it is about, and its dials."""

from __future__ import annotations

from typing import Any, Dict

from photodouble_client.language import said

from . import look
from .dials import Dials
from .drawing import Drawing
from .qt import QtWidgets, Signal
from .tools import Tool

WORDS = {"crowd": "Preset", "library": "Library", "camera": "Camera"}


class ToolForm(QtWidgets.QWidget):
    """What one tool asks for beside the drawing."""

    changed = Signal()

    def __init__(self, tool: Tool) -> None:
        super().__init__()
        self.tool = tool
        self.dials = Dials(tool.params)
        self.files: Dict[str, QtWidgets.QLineEdit] = {}
        self.performer = QtWidgets.QLineEdit()
        self.follows = QtWidgets.QCheckBox(said("Follow what is drawn"))
        self.matte = QtWidgets.QLineEdit()
        self.render_matte = look.button("Matte from Fusion", "Render the alpha of the clip's composition")
        look.tell(self.follows, "Track what lies inside the outline through the shot, between the keys")
        look.tell(self.matte, "A matte sequence, such as matte.####.exr, instead of an outline")
        self.follows.setChecked(True)
        layout = QtWidgets.QVBoxLayout(self)
        layout.addWidget(look.words(tool.help, is_quiet=True))
        form = QtWidgets.QFormLayout()
        form.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in tool.files:
            self.files[name] = QtWidgets.QLineEdit()
            form.addRow(said(WORDS[name]), self._with_browse(self.files[name]))
        if tool.has_matte:
            form.addRow(said("Matte"), self._with_browse(self.matte))
        if tool.has_performer:
            form.addRow(said("Performer"), self.performer)
            look.tell(self.performer, "Who is shown: the performer's id in the show")
        layout.addLayout(form)
        if tool.has_matte:
            layout.addWidget(self.render_matte)
            layout.addWidget(self.follows)
        layout.addWidget(self.dials)
        layout.addStretch(1)
        for field in (*self.files.values(), self.matte, self.performer):
            field.textChanged.connect(lambda _text: self.changed.emit())
        self.dials.changed.connect(self.changed)
        self.follows.toggled.connect(lambda _on: self.changed.emit())

    def missing(self, drawing: Drawing) -> str:
        """Say what the tool still needs; empty where all is there."""
        if self.tool.draws == "needed" and drawing.is_empty and not self.matte.text().strip():
            return "Draw around what is to go, or choose a matte."
        empty = [name for name, field in self.files.items() if name != "camera" and not field.text().strip()]
        return f"Choose the {' and the '.join(WORDS[name].lower() for name in empty)}." if empty else ""

    def given(self) -> Dict[str, Any]:
        """Give what was filled in, as `Plan` takes it."""
        return {
            "values": self.dials.values(),
            "follows": self.follows.isChecked(),
            "matte": self.matte.text().strip(),
            "files": {name: field.text().strip() for name, field in self.files.items()},
            "performers": tuple(one for one in self.performer.text().replace(",", " ").split() if one),
        }

    def _with_browse(self, field: QtWidgets.QLineEdit) -> QtWidgets.QWidget:
        made = QtWidgets.QWidget()
        layout = QtWidgets.QHBoxLayout(made)
        layout.setContentsMargins(0, 0, 0, 0)
        browse = look.button("...", "Choose a file")
        browse.setAccessibleName("Choose a file")
        browse.clicked.connect(lambda: self._browse(field))
        layout.addWidget(field, 1)
        layout.addWidget(browse)
        return made

    def _browse(self, field: QtWidgets.QLineEdit) -> None:
        path, _ = QtWidgets.QFileDialog.getOpenFileName(self, "Choose a file", field.text())
        if path:
            field.setText(path)
