"""Bring arrays to a device and back; pictures that are looked at again and again stay there."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.models.devices import Device

_MOST_BYTES = 512 * 2**20


class Held:
    """Tensors of arrays that nobody writes to any more, for as long as the arrays live, up to a limit."""

    def __init__(self) -> None:
        self._tensors: dict[int, tuple[weakref.ref[NDArray[Any]], Any]] = {}
        self._bytes = 0

    def tensor(self, device: Device, array: NDArray[Any]) -> Any:
        """Return the array on the device; the same object is brought there once."""
        known = self._tensors.get(id(array))
        if known is not None and known[0]() is array:
            return known[1]
        tensor = there(device, array)
        if device.where == "cpu":
            tensor = tensor.clone()
        if self._bytes + array.nbytes > min(_MOST_BYTES, device.room // 4):
            self.clear()
        key, size = id(array), array.nbytes
        self._tensors[key] = (weakref.ref(array, lambda _: self._forget(key, size)), tensor)
        self._bytes += size
        return tensor

    def clear(self) -> None:
        """Let everything go."""
        self._tensors.clear()
        self._bytes = 0

    def _forget(self, key: int, size: int) -> None:
        if self._tensors.pop(key, None) is not None:
            self._bytes -= size


def there(device: Device, array: NDArray[Any]) -> Any:
    """Return an array on the device."""
    tight = np.ascontiguousarray(array)
    if not tight.flags.writeable:
        tight = tight.copy()
    return device.torch.from_numpy(tight).to(device.where)


def here(tensor: Any) -> NDArray[Any]:
    """Return a tensor as an array."""
    array: NDArray[Any] = tensor.cpu().numpy()
    return array


def places(device: Device, values: NDArray[Any]) -> Any:
    """Return places or weights on the device, as exact as it counts."""
    exact = np.float64 if device.real == device.torch.float64 else np.float32
    return there(device, values.astype(exact))
