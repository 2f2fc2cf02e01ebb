"""What a node gives: format, channels, metadata, errors and pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

if TYPE_CHECKING:
    from .formats import Format
    from .nodes import Node


def format_of(node: Node) -> Format:
    from . import session

    return session.now().root.format()


def bbox_of(node: Node) -> Any:
    raise NotImplementedError("not yet")


def channels_of(node: Node) -> List[str]:
    raise NotImplementedError("not yet")


def sample_of(node: Node, channel: str, x: float, y: float, frame: Optional[float]) -> float:
    raise NotImplementedError("not yet")


def metadata_of(node: Node, time: Optional[float]) -> Dict[str, Any]:
    return {}


def error_of(node: Node) -> str:
    return ""


def range_of(node: Node) -> Tuple[int, int]:
    from . import session

    root = session.now().root
    return root.firstFrame(), root.lastFrame()
