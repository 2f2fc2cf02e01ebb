"""Read what Blender rendered, whichever way a version lays its passes out."""

from __future__ import annotations

from typing import Any

import numpy as np


def planes_of(file: Any) -> dict[str, Any]:
    """Read the picture and the pass of the people, whichever way a version lays them out in the file."""
    found: dict[str, Any] = {}
    for part in file.parts:
        for name, channel in part.channels.items():
            short = name.split(".")[-1]
            if "Combined" in name or ("Combined" in str(part.header.get("name", "")) and short in "RGBA"):
                found[short] = np.asarray(channel.pixels, np.float32)
            elif "person" in name or "person" in str(part.header.get("name", "")):
                found["person"] = np.asarray(channel.pixels, np.float32)
            else:
                found[name if len(name) > 1 else f"{part.header.get('name')}.{name}"] = channel.pixels
    return found
