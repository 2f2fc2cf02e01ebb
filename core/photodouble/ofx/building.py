"""Build the node from its C source, look through what came out, and lay it into a bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

from .bundle import source_hash, write_bundle
from .compiler import Compiler, compiler_for_all, compiler_for_here
from .inspection import faults, told
from .macho import merged
from .source import source_files, source_folder
from .targets import BUNDLE, NAME, Target, targets_named, this_machine

Told = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A bundle that was built: where it is, for which machines, and what each wants of its system."""

    bundle: Path
    targets: tuple[str, ...]
    wants: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Write it as plain JSON values."""
        return {"bundle": str(self.bundle), "targets": list(self.targets), "wants": dict(self.wants)}


def build(
    to: Path, names: Sequence[str] = (), *, source: Path | None = None, say: Told = lambda _text: None
) -> Built:
    """Build the node into the bundle in a folder: for the machines of these names, or for this one.

    Raises ArtistError `engine.ofx_build` without a compiler or where it fails, `engine.ofx_faulty` where what
    came out is not what a host may load, `usage.bad_value` for an unknown machine.
    """
    folder = source or source_folder()
    targets = targets_named(names) if names else (this_machine(),)
    compiler = compiler_for_all() if names else compiler_for_here()
    places = {target.folder: [one for one in targets if one.folder == target.folder] for target in targets}
    files = {place: _built(compiler, members, folder, say) for place, members in places.items()}
    for place, data in files.items():
        _look_through(data, places[place], is_for_all=compiler.is_zig)
    bundle = write_bundle(files, source_hash(folder), to)
    wants = tuple((place, told(data)) for place, data in files.items())
    return Built(bundle, tuple(target.name for target in targets), wants)


def build_here(to: Path) -> Path:
    """Build the node for this machine into a folder and return its bundle."""
    return build(to).bundle


def _built(compiler: Compiler, targets: Sequence[Target], source: Path, say: Told) -> bytes:
    """Build one file of the bundle: for one machine, or for both processors of macOS in one."""
    parts = []
    with tempfile.TemporaryDirectory(prefix=f"{BUNDLE}.") as made:
        for target in targets:
            say(f"Building for {target.name} ...")
            path = Path(made) / target.name / NAME
            path.parent.mkdir()
            compiler.build(target, source, source_files(source), path)
            parts.append(path.read_bytes())
    return merged(parts) if len(parts) > 1 else parts[0]


def _look_through(data: bytes, targets: Sequence[Target], *, is_for_all: bool) -> None:
    said = faults(data, targets, everywhere=is_for_all)
    if said:
        names = " and ".join(target.name for target in targets)
        raise ArtistError(
            "engine.ofx_faulty",
            "The node that was built cannot be used",
            f"What was built for {names} is not right: {'; '.join(said)}.",
            "Build it from an unchanged source, and with another compiler (CC) if this one adds to it.",
        )
