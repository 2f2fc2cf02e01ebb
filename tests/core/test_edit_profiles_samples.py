"""OpenTimelineIO's own sample files keep their clips, names and frames through every profile."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from photodouble.edit.profiles import PROFILES, write_edit
from photodouble.edit.read import read_edit
from photodouble.edit.shot import Shot
from photodouble.edit.shots import list_shots

SAMPLES = sorted((Path(__file__).parents[1] / "golden" / "edit").glob("*.otio"))


def facts(shots: tuple[Shot, ...]) -> list[object]:
    return [(one.name, one.timing.frame_map, len(one.timing.frame_map)) for one in shots]


def shown(shots: tuple[Shot, ...], name: str) -> tuple[Shot, ...]:
    """Return the clips that a reader keeps: Resolve takes none without media."""
    if name != "resolve":
        return shots
    return tuple(
        one for one in shots if not isinstance(one.clip.media_reference, otio.schema.MissingReference)
    )


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 8


@pytest.mark.parametrize("name", list(PROFILES))
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_shows_the_same_frames_after_a_profile(sample: Path, name: str, tmp_path: Path) -> None:
    before = sample.read_bytes()
    edit = read_edit(sample)

    write_edit(edit, tmp_path / sample.name, PROFILES[name])

    again = read_edit(tmp_path / sample.name)
    assert facts(list_shots(again)) == facts(shown(list_shots(edit), name))
    assert sample.read_bytes() == before
