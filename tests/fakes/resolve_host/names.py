"""Names that Resolve has and that are not made up here, with the version they came with."""

from __future__ import annotations

from typing import Dict, Tuple

Names = Dict[str, Tuple[int, ...]]
POOL_ITEM: Names = {}
