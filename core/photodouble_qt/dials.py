"""Dials for the controls of an operation, made from its declaration: range, words and help are its own."""

from __future__ import annotations

from typing import Any, Callable, Dict, Sequence

from photodouble_client.language import said
from photodouble_client.param import Param

from . import look
from .qt import Qt, QtWidgets, Signal

STEPS = 1000
MOST = 1000.0
"""Where a control has no upper end, its dial ends here; a number may be typed."""


class Dials(QtWidgets.QWidget):
    """Show controls under each other. `changed` tells that one was turned."""

    changed = Signal()

    def __init__(self, params: Sequence[Param]) -> None:
        super().__init__()
        self.params = tuple(params)
        self.fields: Dict[str, Any] = {}
        self._read: Dict[str, Callable[[], Any]] = {}
        layout = QtWidgets.QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for one in self.params:
            made = _MAKERS[one.kind](self, one)
            look.tell(made, one.help)
            made.setAccessibleName(said(one.label))
            label = QtWidgets.QLabel(said(one.label))
            label.setBuddy(self.fields[one.key])
            layout.addRow(label, made)

    def values(self) -> Dict[str, Any]:
        """Give what differs from the declaration; the rest is the operation's own."""
        found = {one.key: one.check(self._read[one.key]()) for one in self.params}
        return {one.key: found[one.key] for one in self.params if found[one.key] != one.default}

    def _number(self, param: Param) -> QtWidgets.QWidget:
        is_whole = param.kind in ("int", "seed")
        low, high = _ends(param)
        field: Any = QtWidgets.QSpinBox() if is_whole else QtWidgets.QDoubleSpinBox()
        hard_low = param.minimum if param.minimum is not None else low
        hard_high = param.maximum if param.maximum is not None else max(high, MOST)
        field.setRange(
            *((int(hard_low), int(min(hard_high, 2**31 - 1))) if is_whole else (hard_low, hard_high))
        )
        if not is_whole:
            field.setDecimals(2)
            field.setSingleStep(0.05)
        field.setValue(param.default)
        field.setSuffix(f" {said(param.unit)}" if param.unit else "")
        slider = QtWidgets.QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, STEPS)
        slider.setAccessibleName(said(param.label))
        slider.setValue(_step(param.default, low, high))
        slider.valueChanged.connect(
            lambda step: None if step == _step(field.value(), low, high) else field.setValue(_at(step))
        )

        def _at(step: int) -> Any:
            value = low + (high - low) * step / STEPS
            return round(value) if is_whole else value

        def show(value: Any) -> None:
            was_blocked = slider.blockSignals(True)
            slider.setValue(_step(value, low, high))
            slider.blockSignals(was_blocked)
            self.changed.emit()

        field.valueChanged.connect(show)
        self._keep(param, field, field.value)
        return _beside(slider, field)

    def _choice(self, param: Param) -> QtWidgets.QWidget:
        field = QtWidgets.QComboBox()
        for choice in param.choices:
            field.addItem(said(choice), choice)
        field.setCurrentIndex(max(field.findData(str(param.default)), 0))
        field.currentIndexChanged.connect(lambda _at: self.changed.emit())
        self._keep(param, field, field.currentData)
        return field

    def _flag(self, param: Param) -> QtWidgets.QWidget:
        field = QtWidgets.QCheckBox()
        field.setChecked(bool(param.default))
        field.toggled.connect(lambda _on: self.changed.emit())
        self._keep(param, field, field.isChecked)
        return field

    def _keep(self, param: Param, field: QtWidgets.QWidget, read: Callable[[], Any]) -> None:
        self.fields[param.key] = field
        self._read[param.key] = read


_MAKERS = {
    "float": Dials._number,
    "int": Dials._number,
    "seed": Dials._number,
    "choice": Dials._choice,
    "bool": Dials._flag,
}


def _ends(param: Param) -> Any:
    low = next((one for one in (param.soft_minimum, param.minimum) if one is not None), 0.0)
    high = next((one for one in (param.soft_maximum, param.maximum) if one is not None), MOST)
    return float(low), float(high)


def _step(value: float, low: float, high: float) -> int:
    return round(min(max((value - low) / ((high - low) or 1.0), 0.0), 1.0) * STEPS)


def _beside(slider: QtWidgets.QWidget, field: QtWidgets.QWidget) -> QtWidgets.QWidget:
    made = QtWidgets.QWidget()
    layout = QtWidgets.QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(slider, 1)
    layout.addWidget(field)
    return made
