"""A DaVinci Resolve made by hand for tests: `Host()` starts one, `host.resolve` is what a script holds.

"Facts" are the notes on Resolve that this project keeps; the sections are theirs. Which names each version
has is checked against the public stub package of that version; nothing of its text is here. What a real
Resolve does where no source says so is refused, so that nothing comes to depend on it: such a call raises
`NotMadeUp`, which no `except Exception` hides; what would stand still for ever raises `WouldHang`.
"""

from __future__ import annotations

from .host import Host
from .wire import Handle, NotMadeUp, WouldHang

__all__ = ["Handle", "Host", "NotMadeUp", "WouldHang"]
