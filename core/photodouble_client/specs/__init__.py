"""Every operation there is, by its key."""

from __future__ import annotations

from typing import Mapping

from ..opspec import OpSpec
from .inpaint import INPAINT
from .replace import REPLACE

SPECS: Mapping[str, OpSpec] = {spec.key: spec for spec in (INPAINT, REPLACE)}

__all__ = ["INPAINT", "REPLACE", "SPECS"]
