"""What puts the built OpenFX node into a release's wheel: then `photodouble ofx install` needs no compiler.

`install/release` names the bundle; every other build of the wheel carries the node's source alone. A hook of
hatchling's: https://hatch.pypa.io/latest/plugins/build-hook/custom/
"""

from __future__ import annotations

import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VARIABLE = "PHOTODOUBLE_OFX_BUNDLE"
CARRIED = "photodouble/ofx/PhotoDouble.ofx.bundle"


class CarriedNode(BuildHookInterface):  # type: ignore[type-arg]
    """Lay the bundle that the environment names into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the bundle among what the wheel includes; an editable one carries nothing."""
        bundle = os.environ.get(VARIABLE, "")
        if bundle and version == "standard":
            build_data["force_include"][bundle] = CARRIED
