"""The C compilers that can build the node: the machine's own for itself, zig's for every other."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from photodouble.extras import install_line
from photodouble_client.errors import ArtistError

from .targets import MACOS_MINIMUM, NAME, Target

OWN = ("cc", "gcc", "clang")
_LONGEST = 900
"""Seconds: the first file for Windows also builds zig's own C library for it, a minute or two."""

_FLAGS = (
    *("-std=c99", "-O2", "-fPIC", "-fvisibility=hidden", "-shared"),
    *("-s", "-g0", "-fno-ident", "-Wall", "-Wextra"),
)
# English, and a Python that can read names with accents, which it cannot where the locale is plain C.
_SETTLED = {"LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "0", "ZERO_AR_DATE": "1"}
_SYSTEM_FLAGS = {
    "elf": ("-Wl,--build-id=none",),
    "macho": (f"-Wl,-install_name,@loader_path/{NAME}",),  # else the path of the build would be in the file
    "pe": (),
}


@dataclass(frozen=True)
class Compiler:
    """A compiler: the words it is started with, and whether it builds for any machine."""

    words: tuple[str, ...]
    is_zig: bool = False

    def build(self, target: Target, source: Path, files: tuple[str, ...], to: Path) -> None:
        """Build C files of a folder into one library; raises ArtistError `engine.ofx_build` where it cannot.

        It works in the folder of the source and is given names alone, so that no path of this machine gets
        into the file: the same source gives the same bytes anywhere.
        """
        command = (*self.words, *self._flags(target, source), "-o", str(to.resolve()), *files)
        try:
            done = subprocess.run(
                command,
                cwd=source,
                env={**os.environ, **_SETTLED},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_LONGEST,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(target, self, str(error)) from error
        if done.returncode or not to.is_file():
            raise _failed(target, self, done.stderr or f"status {done.returncode}")

    def _flags(self, target: Target, source: Path) -> tuple[str, ...]:
        place = f"-ffile-prefix-map={source.resolve()}=."
        if self.is_zig:
            return ("-target", target.triple, *_FLAGS, place, *_SYSTEM_FLAGS[target.format])
        least = ".".join(str(part) for part in MACOS_MINIMUM)
        own = (f"-mmacosx-version-min={least}",) if target.format == "macho" else ()
        return (*_FLAGS, place, *_SYSTEM_FLAGS[target.format], *own)


def own_compiler(environment: Mapping[str, str] = os.environ) -> Compiler | None:
    """Return the machine's own compiler: what CC names, else cc, gcc or clang."""
    named = environment.get("CC", "").strip()
    if named:
        words = _words(named)
        found = shutil.which(words[0], path=environment.get("PATH")) if words else None
        if not found:
            raise ArtistError(
                "engine.ofx_build",
                "The C compiler was not found",
                f"CC names {named!r}, and there is no such program.",
                "Correct CC, or leave it empty.",
            )
        # It is started in the folder of the source, from where ./cc would be another.
        return Compiler((str(Path(found).absolute()), *words[1:]))
    paths = (shutil.which(name, path=environment.get("PATH")) for name in OWN)
    return next((Compiler((path,)) for path in paths if path), None)


def _words(named: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(named))
    except ValueError:  # a quotation mark without its second one
        return (named,)


def zig_compiler() -> Compiler | None:
    """Return the compiler of the package ziglang, where it is installed beside Photo Double."""
    if importlib.util.find_spec("ziglang") is None:
        return None
    return Compiler((sys.executable, "-m", "ziglang", "cc"), is_zig=True)


def compiler_for_here() -> Compiler:
    """Return a compiler for this machine; raises ArtistError `engine.ofx_build` where there is none."""
    found = own_compiler() or zig_compiler()
    if found:
        return found
    raise ArtistError(
        "engine.ofx_build",
        "There is no C compiler",
        f"None of {', '.join(OWN)} is on this machine, and the package ziglang is not installed.",
        f"Install a C compiler, such as the package gcc, or the extra ofx: {install_line('ofx')}",
    )


def compiler_for_all() -> Compiler:
    """Return the compiler for every machine; raises ArtistError `engine.ofx_build` where there is none."""
    found = zig_compiler()
    if found:
        return found
    raise ArtistError(
        "engine.ofx_build",
        "The compiler for other machines is missing",
        "Building for other machines needs the package ziglang, and it is not installed.",
        "For this machine alone it is not needed: leave the other targets away (--all). "
        f"The extra ofx brings it: {install_line('ofx')}",
    )


def _failed(target: Target, compiler: Compiler, said: str) -> ArtistError:
    return ArtistError(
        "engine.ofx_build",
        "The node could not be built",
        f"{' '.join(compiler.words)} did not build it for {target.name}: {_first_line(said)}",
        "Read what the compiler says, or name another one in CC.",
        detail=said,
    )


def _first_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = next(
        (line for line in lines if "error" in line.lower()), lines[0] if lines else "nothing was said."
    )
    return told[:300]
