"""The same file on Linux, Windows and macOS: translate the roots under which a site reaches its storage."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .request import JobRequest, PortInput
from .settings import SYSTEMS, this_system
from .specs import SPECS

_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/]|\Z)")


class PathMap:
    """Translate paths between systems by the roots that a site names for each of them.

    Each of `roots` names one place, such as `{"linux": "/mnt/show", "windows": "P:\\\\show"}`. A path below
    no root stays as it is; so does one that is written as its own system writes it already. The longest root
    that holds a path wins, and a root holds whole names only: `/mnt/show` does not hold `/mnt/show2`.
    """

    def __init__(self, roots: Sequence[Mapping[str, str]] = (), system: str = "") -> None:
        """Hold the roots, and the system to translate for: this one unless another is named."""
        self._roots = tuple(roots)
        self.system = system or this_system()

    def localise_path(self, path: str) -> str:
        """Write a path or pattern as it is on this system. `####` and `%04d` in it are kept."""
        if not path or self._is_own(path):
            return path
        found = self._longest(path)
        if found is None:
            return path
        root, rest = found
        return _joined(root[self.system], rest, self.system)

    def localise(self, request: JobRequest) -> JobRequest:
        """Write all paths of a request as they are on this system: inputs, locks, output, documents."""
        if not self._roots:
            return request
        inputs = {key: self._input(port) for key, port in request.inputs.items()}
        return dataclasses.replace(
            request,
            inputs=inputs,
            locks=self._by_frame(request.locks),
            output_root=self.localise_path(request.output_root),
            overrides=self._by_frame(request.overrides),
            script=self.localise_path(request.script),
            values=self._values(request),
        )

    def _is_own(self, path: str) -> bool:
        """Say whether a path lies below a root of this very system, so that it needs no translation."""
        return any(
            self.system in root and _below(path, root[self.system], self.system) is not None
            for root in self._roots
        )

    def _longest(self, path: str) -> Optional[Tuple[Mapping[str, str], List[str]]]:
        best: Optional[Tuple[Mapping[str, str], List[str]]] = None
        longest = -1
        for root in self._roots:
            if self.system not in root:
                continue
            for system in SYSTEMS:
                rest = _below(path, root[system], system) if system in root else None
                length = len(_parts(root[system], system)) if rest is not None else -1
                if rest is not None and length > longest:
                    best, longest = (root, rest), length
        return best

    def _input(self, port: PortInput) -> PortInput:
        return dataclasses.replace(port, path=self.localise_path(port.path))

    def _by_frame(self, paths: Mapping[int, str]) -> Dict[int, str]:
        return {frame: self.localise_path(path) for frame, path in paths.items()}

    def _values(self, request: JobRequest) -> Dict[str, Any]:
        """Translate what the controls of kind path hold; an unknown operation is refused elsewhere."""
        spec = SPECS.get(request.operation)
        paths = {param.key for param in spec.params if param.kind == "path"} if spec is not None else set()
        return {key: self._value(value) if key in paths else value for key, value in request.values.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.localise_path(value)
        if isinstance(value, Mapping) and isinstance(value.get("frames"), Mapping):
            return {"frames": {frame: self._value(one) for frame, one in value["frames"].items()}}
        return value


def _below(path: str, root: str, system: str) -> Optional[List[str]]:
    """Give the names of a path below a root; None if it does not lie there."""
    if not _is_written_for(path, system):
        return None
    names, above = _parts(path, system), _parts(root, system)
    if not above or [_folded(name, system) for name in names[: len(above)]] != [
        _folded(name, system) for name in above
    ]:
        return None
    rest = names[len(above) :]
    return None if _climbs_out(rest) else rest


def _climbs_out(names: Sequence[str]) -> bool:
    depth = 0
    for name in names:
        depth += -1 if name == ".." else 1
        if depth < 0:
            return True
    return False


def _is_written_for(path: str, system: str) -> bool:
    """Say whether a full path is of a system: a drive or `\\\\server` on Windows, a slash elsewhere."""
    if system == "windows":
        return bool(_DRIVE.match(path)) or path.replace("\\", "/").startswith("//")
    return path.startswith("/")


def _parts(path: str, system: str) -> List[str]:
    """Split a path into names. The first tells what it begins at: a drive, `//` of a server, or `/`."""
    if system == "windows":
        path = path.replace("\\", "/")
        if path.startswith("//?/"):
            path = "//" + path[8:] if path[4:8].upper() == "UNC/" else path[4:]
    start = "//" if system == "windows" and path.startswith("//") else "/" if path.startswith("/") else ""
    names = [name for name in path.split("/") if name not in ("", ".")]
    return ([start] if start else []) + names


def _folded(name: str, system: str) -> str:
    """Fold a name as the system compares names: Windows looks at no case."""
    return name.lower() if system == "windows" else name


def _joined(root: str, rest: Sequence[str], system: str) -> str:
    """Join names to a root with the sign of the system; Windows paths take the root's own sign."""
    sign = "\\" if system == "windows" and ("\\" in root or "/" not in root) else "/"
    stem = root.rstrip("/\\" if system == "windows" else "/")
    if not rest:
        return root if not stem or _DRIVE.fullmatch(stem) else stem
    return sign.join([stem, *rest])
