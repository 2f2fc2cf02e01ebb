"""The same file on Linux, Windows and macOS: translate the roots under which a site reaches its storage."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from .request import JobRequest, PortInput
from .settings import SYSTEMS, this_system
from .specs import SPECS

_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/]|\Z)")


def localise(
    request: JobRequest,
    path_maps: Sequence[Mapping[str, str]] = (),
    pairs: Sequence[Tuple[str, str]] = (),
) -> JobRequest:
    """Write all paths of a request as they are on this system; see PathMap."""
    return PathMap(path_maps, pairs=pairs).localise(request)


def is_full_path(path: str) -> bool:
    """Say whether a path begins at a root, a drive or a server of any system, and means the same anywhere."""
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()


class PathMap:
    """Translate paths between systems by the roots that a site names for each of them.

    Each of `roots` names one place, such as `{"linux": "/mnt/show", "windows": "P:\\\\show"}`. A path below
    no root stays as it is; so does one that lies below a root of this system already. The longest root that
    holds a path wins, and a root holds whole names only: `/mnt/show` does not hold `/mnt/show2`. `pairs` are
    further roots as (from, to), which go before all others.
    """

    def __init__(
        self,
        roots: Sequence[Mapping[str, str]] = (),
        system: str = "",
        pairs: Sequence[Tuple[str, str]] = (),
    ) -> None:
        """Hold the roots, and the system to translate for: this one unless another is named."""
        self.system = system or this_system()
        known = [root for root in roots if self.system in root]
        self._pairs = [_Rule(_system_of(source), source, target) for source, target in pairs]
        self._own = [_Rule(self.system, root[self.system], root[self.system]) for root in known]
        self._rules = [
            _Rule(other, root[other], root[self.system])
            for root in known
            for other in SYSTEMS
            if other in root
        ]

    def localise_path(self, path: str) -> str:
        """Write a path or pattern as it is on this system. `####` and `%04d` in it are kept."""
        given = _longest(self._pairs, path)
        if given is not None:
            return given.translate(path)
        found = None if _longest(self._own, path) is not None else _longest(self._rules, path)
        return path if found is None else found.translate(path)

    def localise(self, request: JobRequest) -> JobRequest:
        """Write all paths of a request as they are on this system: inputs, locks, output, documents."""
        if not (self._pairs or self._rules):
            return request
        return dataclasses.replace(
            request,
            inputs={key: self._input(port) for key, port in request.inputs.items()},
            locks=self._by_frame(request.locks),
            output_root=self.localise_path(request.output_root),
            overrides=self._by_frame(request.overrides),
            script=self.localise_path(request.script),
            values=self._values(request),
        )

    def _input(self, port: PortInput) -> PortInput:
        return dataclasses.replace(port, path=self.localise_path(port.path))

    def _by_frame(self, paths: Mapping[int, str]) -> Dict[int, str]:
        return {frame: self.localise_path(path) for frame, path in paths.items()}

    def _values(self, request: JobRequest) -> Dict[str, Any]:
        """Translate what the controls of kind path hold; an unknown operation is refused elsewhere."""
        spec = SPECS.get(request.operation)
        paths = {param.key for param in spec.params if param.kind == "path"} if spec is not None else set()
        values = request.values
        return {key: self._value(values[key]) if key in paths else values[key] for key in values}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.localise_path(value)
        if isinstance(value, Mapping) and isinstance(value.get("frames"), Mapping):
            return {"frames": {frame: self._value(one) for frame, one in value["frames"].items()}}
        return value


@dataclass(frozen=True)
class _Rule:
    """One root as a system writes it, and what it is here."""

    system: str
    source: str
    target: str

    def rest(self, path: str) -> Optional[List[str]]:
        """Give the names of a path below the root; None if it does not lie there."""
        if not _is_written_for(path, self.system):
            return None
        names, above = _parts(path, self.system), _parts(self.source, self.system)
        if not above or self._folded(names[: len(above)]) != self._folded(above):
            return None
        rest = names[len(above) :]
        return None if _climbs_out(rest) else rest

    def translate(self, path: str) -> str:
        """Put the names below the root under its target, with the target's own sign between them."""
        rest = self.rest(path) or []
        is_windows = _system_of(self.target) == "windows"
        sign = "\\" if is_windows and ("\\" in self.target or "/" not in self.target) else "/"
        stem = self.target.rstrip("/\\" if is_windows else "/")
        if not rest and (not stem or _DRIVE.match(stem + "/") and len(stem) == 2):
            return self.target
        return sign.join([stem, *rest])

    def _folded(self, names: Iterable[str]) -> List[str]:
        """Fold names as the system compares them: Windows looks at no case."""
        return [name.lower() if self.system == "windows" else name for name in names]


def _longest(rules: Iterable[_Rule], path: str) -> Optional[_Rule]:
    """Find the rule with the longest root that holds a path; the first of several."""
    best: Optional[_Rule] = None
    shortest = 0
    for rule in rules:
        rest = rule.rest(path)
        if rest is not None and (best is None or len(rest) < shortest):
            best, shortest = rule, len(rest)
    return best


def _system_of(path: str) -> str:
    """Say which kind of system writes a full path so: windows, or linux for all others."""
    return "windows" if _is_written_for(path, "windows") and not path.startswith("/") else "linux"


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


def _climbs_out(names: Iterable[str]) -> bool:
    """Say whether `..` among the names leads above where they begin."""
    depth = 0
    for name in names:
        depth += -1 if name == ".." else 1
        if depth < 0:
            return True
    return False
