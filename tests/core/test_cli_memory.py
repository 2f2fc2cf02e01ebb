"""Little memory: one clear error of the memory kind, whatever the libraries would have said themselves."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from typing import Any

import pytest

from photodouble.cli import main as line
from photodouble.engine.room import is_memory

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process has a limit of addresses there")


def limited(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


@pytest.mark.parametrize("size", [100_000_000, 450_000_000, 700_000_000])
@pytest.mark.parametrize("command", ["inpaint", "variants"])
def test_work_without_addresses_for_its_libraries_is_refused_in_plain_words(
    command: str, size: int, photodouble: Callable[..., Any], tiny_shot: Callable[..., Any]
) -> None:
    shot = tiny_shot((1001, 1002))
    output = "out.png" if command == "variants" else "out.####.exr"
    asked = (command, "--plate", shot.plate, "--matte", shot.matte, "--output", output)
    done = photodouble(*asked, preexec_fn=limited(size))
    assert done.returncode == 5
    assert done.stderr.startswith("There is not enough memory\n")
    assert len(done.stderr.splitlines()) == 3


def test_small_commands_work_where_pictures_could_not(photodouble: Callable[..., Any]) -> None:
    assert photodouble("config", "show", preexec_fn=limited(450_000_000)).returncode == 0


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ImportError("libgfortran.so.5: failed to map segment from shared object"),
        OSError(12, "Cannot allocate memory"),
    ],
)
def test_a_library_that_finds_no_room_is_told_as_a_lack_of_memory(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(line, "parser", fail)
    assert line.main(["describe"]) == 5
    assert capsys.readouterr().err.startswith("There is not enough memory\n")


def test_another_fault_is_no_lack_of_memory() -> None:
    assert not is_memory(ImportError("No module named 'torch'"))
