# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that are loaded when something of them is first used.

Blender loads every extension at its start, whether the artist needs it that day or not. What only works after
a button was pressed, or while a crowd is shown, is loaded then: a few milliseconds that nobody notices there.
"""

from __future__ import annotations

import importlib.util
import sys


def load_later(*names: str) -> None:
    """Let modules of the extension stand ready; every `from . import` finds them as if they were loaded."""
    package = sys.modules[__package__]
    for name in names:
        whole = f"{__package__}.{name}"
        spec = importlib.util.find_spec(whole)
        if whole in sys.modules or spec is None or spec.loader is None:
            continue
        spec.loader = importlib.util.LazyLoader(spec.loader)
        module = importlib.util.module_from_spec(spec)
        sys.modules[whole] = module
        setattr(package, name, module)
        spec.loader.exec_module(module)
