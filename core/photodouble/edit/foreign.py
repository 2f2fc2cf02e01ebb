"""Read a cut that is not OTIO, in a process of its own: a damaged file can then end or stall nothing else.

Run as `python -I -m photodouble.edit.foreign FILE KIND RATE`: writes the cut as OTIO text, or ends with 3 and
a sentence.
"""

from __future__ import annotations

import codecs
import contextlib
import logging
import subprocess
import sys
import warnings
from pathlib import Path

from photodouble_client.errors import ArtistError

from .foreign_fcpx import with_exact_times
from .foreign_retimes import name_retimes, with_motion

LONGEST = 300
"""Seconds that a file may take; a feature film's AAF takes some ten."""

MEMORY = 8 * 1024**3
ADAPTERS = {"edl": "cmx_3600", "xml": "fcp_xml", "fcpxml": "fcpx_xml", "aaf": "AAF", "ale": "ale"}
_TEXTS = ("edl", "ale")
_REFUSED = 3
_DROP_FRAME = "valid drop frame rate"


def read_foreign(path: Path, kind: str, rate: float | None) -> str:
    """Return a cut of another kind as OTIO text. Raises ArtistError `input.bad_edit` or `input.edit_rate`."""
    command = [sys.executable, "-I", "-m", "photodouble.edit.foreign", str(path), kind, str(rate or "")]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise _bad(path, f"Reading it took longer than {LONGEST} seconds.") from None
    if done.returncode == 0:
        return done.stdout.decode("utf-8")
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == _REFUSED and _DROP_FRAME in said:
        raise _drop_frame(path)
    if done.returncode == _REFUSED and said:
        raise _bad(path, said.splitlines()[-1])
    raise _bad(path, "Reading it ended without a word.", said)


def _drop_frame(path: Path) -> ArtistError:
    return ArtistError(
        "input.edit_rate",
        "The cut is counted at another rate",
        f"{path.name} holds drop-frame timecode, which belongs to 29.97 and 59.94 frames a second.",
        "Give the rate of the cut (--rate 29.97).",
    )


def _bad(path: Path, why: str, detail: str = "") -> ArtistError:
    return ArtistError(
        "input.bad_edit",
        "The cut cannot be read",
        f"{path.name} is damaged, or not what its name says. {why}",
        "Export the cut again from the editing program, as OTIO if it can write that.",
        detail=detail,
    )


def _main(path: str, kind: str, rate: str) -> int:
    _bound_memory()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    import opentimelineio as otio

    word = {"edl": "rate", "ale": "fps"}.get(kind)
    said = {word: float(rate)} if word and rate else {}
    try:
        with contextlib.redirect_stdout(sys.stderr):
            _mend(kind)
            if kind in _TEXTS:
                text = _text_of(Path(path))
                root = otio.adapters.read_from_string(text, adapter_name=ADAPTERS[kind], **said)
            else:
                root = otio.adapters.read_from_file(path, adapter_name=ADAPTERS[kind])
            if kind == "xml":
                name_retimes(root)
            text = otio.adapters.write_to_string(root, "otio_json")
    except Exception as error:  # noqa: BLE001, the edge: adapters raise whatever a damaged file makes them
        words = " ".join(str(error).split())[:300]
        if not words or isinstance(error, AttributeError | TypeError | LookupError | ArithmeticError):
            words = f"Something in it is not what it should be ({type(error).__name__}: {words})."
        print(words, file=sys.stderr)  # noqa: T201, said to the parent process
        return _REFUSED
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
    return 0


def _text_of(path: Path) -> str:
    """Read a list of events or clips: programs write it as UTF-8, as UTF-16, or as Windows does."""
    content = path.read_bytes()
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content.decode("utf-16")
    if b"\0" in content:
        raise ValueError("It is no text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _mend(kind: str) -> None:
    """Let the adapter of a kind count as exactly as this house does."""
    import opentimelineio as otio

    if kind == "edl":
        with_motion(otio.adapters.from_name(ADAPTERS[kind]).module())
    elif kind == "fcpxml":
        with_exact_times(otio.adapters.from_name(ADAPTERS[kind]).module())


def _bound_memory() -> None:
    """Let a file that claims to be endless fail here."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:4]))
