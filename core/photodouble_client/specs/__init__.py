"""Every operation there is, by its key."""

from __future__ import annotations

from typing import Mapping

from ..opspec import OpSpec
from .crowd import CROWD
from .deage import DEAGE
from .degrain import DEGRAIN
from .inpaint import INPAINT
from .replace import REPLACE
from .tiles import TILES

SPECS: Mapping[str, OpSpec] = {spec.key: spec for spec in (INPAINT, REPLACE, CROWD, TILES, DEAGE, DEGRAIN)}

__all__ = ["CROWD", "DEAGE", "INPAINT", "REPLACE", "SPECS", "TILES"]
