"""Choose what a shot is computed on, keep to it for the whole take, and note it among the records.

The record `device`, index 0, holds texts: `asked` (the request's word), `name` (what the rest of the take is
computed on: cpu, cuda or mps), `label` (all that it was computed on, by the names of the cards) and `lost`
(why the processor took over, if it did).
Only what was asked for by name is used for the motion and the fill; `auto` leaves these to the processor.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from photodouble.models.devices import AUTO, PROCESSOR, NoDeviceError, asking
from photodouble.ops.compute import Use, computing_on, telling, use_of
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.resample import sample_sharp
from photodouble.ops.inpaint.scratch import Scratch

STAGE = "device"
CHECKED = (160, 200)
"""Height and width of what a device is tried on before it is used."""
TOLERANCE = 1 / 512
"""Largest difference that is accepted between a card's pixels and the processor's, where 1 is white."""


@contextmanager
def studying_on(asked: str, scratch: Scratch, warn: Callable[[str], None]) -> Iterator[None]:
    """Study a shot on the device asked for, or on that which the take was begun with; tells what fails.

    Where the device is not here or gives other pixels the processor does the work.
    """
    begun = scratch.load(STAGE, 0) if scratch.has(STAGE, 0) else None
    name = str(begun["name"]) if begun else PROCESSOR if asked == AUTO else asked
    use, fault = _use(name)
    if fault:
        warn(f"{name} is not used: {fault}. The processor does the work, with the same pixels.")
    if begun is None and use is not None:
        _note(scratch, asked, use.device.name, use.device.label, "")
    elif fault and begun is not None:
        _note(scratch, asked, PROCESSOR, f"{begun['label']}, then {PROCESSOR}", fault)
    elif begun is None:
        _note(scratch, asked, PROCESSOR, PROCESSOR, fault)
    with asking(asked), telling(warn), computing_on(use):
        yield
    if use is not None and use.is_lost:
        _note(scratch, asked, PROCESSOR, f"{use.device.label}, then {PROCESSOR}", use.lost)
    elif use is not None and use.smaller:
        _note(scratch, asked, use.device.name, f"{use.device.label}, in smaller parts", "")


@contextmanager
def rendering_on(scratch: Scratch) -> Iterator[None]:
    """Render on the device that the shot was studied on, or on the processor where that is not here."""
    name = str(scratch.load(STAGE, 0)["name"]) if scratch.has(STAGE, 0) else PROCESSOR
    with computing_on(_use(name)[0]):
        yield


def _note(scratch: Scratch, asked: str, name: str, label: str, lost: str) -> None:
    texts = {"asked": asked, "name": name, "label": label, "lost": lost}
    scratch.save(STAGE, 0, **{key: np.array(text) for key, text in texts.items()})


def _use(name: str) -> tuple[Use | None, str]:
    """Return a device, or None and why it is not used; the processor is None without a reason."""
    if name in (PROCESSOR, AUTO):
        return None, ""
    try:
        use = use_of(name)
    except NoDeviceError as error:
        return None, str(error)
    fault = use.lost or _fault(name)
    return (None, fault) if fault else (use, "")


@functools.cache
def _fault(name: str) -> str:
    """Compute a small known thing on a device and on the processor; say what is wrong, once per process."""
    use, chance = use_of(name), np.random.default_rng(0)
    picture = chance.random((*CHECKED, 3)).astype(np.float32)
    hole = np.zeros(CHECKED, np.uint8)
    hole[8:152, 10:190] = 1
    x, y = (chance.uniform(0, side, (48, 48)).astype(np.float32) for side in (199, 159))

    def work() -> tuple[object, ...]:
        return continue_inwards(picture, hole), *sample_sharp(picture, 1 - hole, x, y)

    wanted = work()
    with computing_on(use):
        made = work()
    if use.is_lost:
        return use.lost
    apart = max(float(np.abs(np.subtract(a, b, dtype=np.float64)).max()) for a, b in zip(wanted, made))  # type: ignore[call-overload]
    return "" if apart <= TOLERANCE else f"its pixels differ by {apart:.3g}"
