"""Damaged EXR and node.txt files never take the node down: the source picture comes out, or a sound one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ofx_fuzzing import build_fuzz, can_build, run_fuzz, told, write_seeds

pytestmark = pytest.mark.skipif(not can_build(), reason="there is no C compiler with the sanitizers here")

COUNT = 4000
"""Files of one run; `bench/ofx_fuzz.py` reads 100,000."""

PLANTED: dict[str, tuple[str, str, str]] = {
    "a length of a packed stream that nobody checks": (
        "exr.c",
        "if (length < 3 || length > from->end - out) return NULL;",
        "if (length < 3) return NULL;",
    ),
    "a chunk that may be as long as it says": (
        "exr.c",
        "if (many > size || (exr->packing == NONE && many != size)) return 0;",
        "",
    ),
    "a picture that a refused file is left in": (
        "pixels.c",
        "if (!is_done) pixels_copy(out, source, window);",
        "",
    ),
    "a value that ends behind its place": ("take.c", "out[length] = 0;", "out[size] = 0;"),
}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_seeds(tmp_path_factory.mktemp("seeds"))


def test_thousands_of_damaged_files_are_read_without_a_fault(tmp_path: Path, seeds: Path) -> None:
    done = run_fuzz(build_fuzz(tmp_path), seeds, COUNT)
    assert done.returncode == 0, done.stderr
    counted = told(done)
    assert counted["files"] == COUNT
    # Both roads are walked: files that are refused, and damaged ones that can still be shown.
    assert COUNT * 0.1 < counted["frames_shown"] < counted["takes_opened"] < COUNT


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(tmp_path: Path, seeds: Path, name: str) -> None:
    part, sound, broken = PLANTED[name]
    done = run_fuzz(build_fuzz(tmp_path, planted(part, sound, broken)), seeds, 4 * COUNT)
    assert done.returncode != 0
    assert "at number" in done.stderr


def planted(part: str, sound: str, broken: str) -> Callable[[str, str], str]:
    def change(name: str, text: str) -> str:
        if name != part:
            return text
        assert text.count(sound) == 1, f"{part} does not hold this any more: {sound}"
        return text.replace(sound, broken)

    return change
