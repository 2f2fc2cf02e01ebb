"""Colour: curves against published values, names against configurations, and the working encoding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photodouble.image.colour import Cineon, SceneLinear, Srgb, space_named, space_of
from photodouble.image.encoding import decode, encode
from photodouble.image.pictures import write_png
from photodouble_client.errors import ArtistError

CODES_8 = (np.arange(256) / 255).astype(np.float32)
CONFIG = """ocio_profile_version: 2
roles:
  default: raw
  scene_linear: lin
file_rules:
  - !<Rule> {name: scans, colorspace: double, pattern: "*scan*", extension: "*"}
  - !<Rule> {name: Default, colorspace: raw}
displays:
  sRGB:
    - !<View> {name: Raw, colorspace: raw}
colorspaces:
  - !<ColorSpace>
    name: raw
    isdata: true
  - !<ColorSpace>
    name: lin
  - !<ColorSpace>
    name: double
    to_scene_reference: !<MatrixTransform> {matrix: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]}
"""


def test_srgb_follows_the_standard() -> None:
    linear = Srgb().to_linear(np.float32([0, 0.04045, 0.5, 1]))
    assert linear == pytest.approx([0, 0.04045 / 12.92, 0.21404114, 1], rel=1e-5)


@pytest.mark.parametrize("space", [Srgb(), Cineon(), SceneLinear()])
@pytest.mark.parametrize("white", [255, 1023, 65535])
def test_every_code_value_comes_back(space: Srgb, white: int) -> None:
    codes = np.arange(white + 1)
    values = (codes / white).astype(np.float32)[:, None]
    back = space.from_linear(np.asarray(space.to_linear(values), np.float32))
    assert np.array_equal(np.rint(back[:, 0].astype(np.float64) * white), codes)


def test_cineon_follows_kodak() -> None:
    assert Cineon().to_linear(np.float32([95 / 1023, 685 / 1023])) == pytest.approx([0, 1], abs=1e-5)
    one_stop = Cineon().to_linear(np.float32([(685 + 90.309) / 1023]))
    assert one_stop[0] == pytest.approx(2.0, rel=0.011)


@pytest.mark.parametrize("name", ["ACEScct", "ARRI LogC4", "S-Log3 S-Gamut3.Cine", "Linear Rec.709 (sRGB)"])
def test_configured_spaces_come_back(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    space = space_named(name)
    values = np.random.default_rng(2).random((50, 3)).astype(np.float32) * np.float32(0.7) + np.float32(0.15)
    assert space.from_linear(space.to_linear(values)) == pytest.approx(values, abs=2e-5)


def test_acescct_is_the_published_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    linear = space_named("ACEScct").to_linear(np.full((1, 3), 0.4135884, np.float32))
    assert linear[0] == pytest.approx([0.18] * 3, rel=1e-4)


def test_an_unknown_space_offers_close_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    with pytest.raises(ArtistError, match="ACEScct") as caught:
        space_named("ACESctt")
    assert caught.value.code == "input.unknown_colourspace"


def test_a_broken_configuration_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCIO", str(tmp_path / "nothing.ocio"))
    with pytest.raises(ArtistError, match="OCIO") as caught:
        space_named("ACEScg")
    assert caught.value.code == "input.unknown_colourspace"


def test_a_configuration_without_scene_linear_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "poor.ocio"
    config.write_text(CONFIG.replace("  scene_linear: lin\n", ""))
    monkeypatch.setenv("OCIO", str(config))
    with pytest.raises(ArtistError, match="scene_linear") as caught:
        space_named("double")
    assert caught.value.code == "input.unknown_colourspace"


@pytest.mark.parametrize(
    ("format", "is_float", "name"),
    [
        ("exr", True, "scene-linear"),
        ("tiff", True, "scene-linear"),
        ("png", False, "sRGB"),
        ("jpeg", False, "sRGB"),
        ("dpx", False, "Cineon"),
        ("movie", True, "sRGB"),
    ],
)
def test_defaults_go_by_the_kind_of_file(
    format: str, is_float: bool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    assert space_of(Path("plate.0001.any"), format=format, is_float=is_float).name == name


def test_the_shows_file_rules_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "show.ocio"
    config.write_text(CONFIG)
    monkeypatch.setenv("OCIO", str(config))
    space = space_of(Path("shots/scan_010.0001.exr"), format="exr", is_float=True)
    assert space.name == "double"
    assert space.to_linear(np.full((1, 3), 0.25, np.float32)).tolist() == [[0.5, 0.5, 0.5]]
    assert space_of(Path("shots/comp_010.0001.exr"), format="exr", is_float=True) == SceneLinear()


def test_an_8_bit_srgb_frame_encodes_to_its_codes() -> None:
    encoded = encode(np.asarray(Srgb().to_linear(CODES_8), np.float32))
    assert np.abs(encoded - CODES_8).max() < 2e-7


def test_the_encoding_meets_itself_smoothly_at_one() -> None:
    step = 1e-3
    below, at, above = encode(np.float32([1 - step, 1, 1 + step])).astype(np.float64)
    assert at == pytest.approx(1, abs=1e-6)
    assert (above - at) / (at - below) == pytest.approx(1, abs=5e-3)


@given(st.floats(-100, 1e6, width=32))
def test_the_encoding_comes_back(value: float) -> None:
    linear = np.float32([value])
    assert decode(encode(linear))[0] == pytest.approx(value, rel=1e-5, abs=1e-7)


def test_the_encoding_keeps_what_is_no_number() -> None:
    assert np.isnan(encode(np.float32([np.nan]))[0])
    assert np.isposinf(encode(np.float32([np.inf]))[0])
    assert np.isposinf(decode(np.float32([np.inf]))[0])


def test_a_png_for_looking_at_is_srgb(tmp_path: Path) -> None:
    import OpenImageIO

    write_png(tmp_path / "a.png", np.float32([[[0.18, -1, 7], [0, 1, np.nan]]]))
    pixels = OpenImageIO.ImageInput.open(str(tmp_path / "a.png")).read_image(OpenImageIO.UINT8)
    assert pixels.tolist() == [[[118, 0, 255], [0, 255, 0]]]
