"""The made-up Resolve's colour: unmanaged, RCM and ACES, with real curves and matrices (facts 13)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PyOpenColorIO
import pytest
from resolve_host import curves
from resolve_plates import HOUR, log_frames, read, render, write_plate

Start = Callable[..., Any]


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    return log_frames()


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory, frames: np.ndarray) -> str:
    return write_plate(tmp_path_factory.mktemp("log"), frames)


@pytest.fixture
def cut(resolve_host: Start, plate: str) -> Start:
    def make(**told: Any) -> tuple[Any, Any]:
        host = resolve_host(**told)
        clip = host.media(plate, 1001, 1030)
        host.timeline()
        return host, host.place(clip, 10, 20, HOUR + 10)

    return make


def test_unmanaged_the_node_tree_gets_what_the_file_holds(cut: Start, frames: np.ndarray) -> None:
    host, item = cut(colour="unmanaged")
    assert np.array_equal(host.rendered_pixels(item, HOUR + 10), frames[10])
    assert item.GetMediaPoolItem().SetClipProperty("Input Color Space", "ARRI LogC3") is False


def test_the_input_space_of_a_clip_can_be_set_in_rcm_only(cut: Start) -> None:
    host, item = cut(colour="rcm")
    clip = item.GetMediaPoolItem()
    assert clip.GetClipProperty("Input Color Space") == "Project"
    assert clip.SetClipProperty("Input Color Space", "No Such Log") is False
    assert clip.SetClipProperty("Input Color Space", "ARRI LogC3") is True
    assert clip.SetClipProperty("IDT", "ARRI LogC3") is False
    host.project().SetSetting("colorScienceMode", "davinciYRGB")
    assert clip.GetClipProperty("Input Color Space") == ""


def test_in_aces_the_property_is_the_idt(cut: Start) -> None:
    _, item = cut(colour="aces")
    clip = item.GetMediaPoolItem()
    assert clip.SetClipProperty("IDT", "ARRI LogC3") is True
    assert clip.GetClipProperty("IDT") == "ARRI LogC3"
    assert clip.SetClipProperty("Input Color Space", "ARRI LogC3") is False


def test_rcm_brings_the_input_space_into_that_of_the_timeline(cut: Start, frames: np.ndarray) -> None:
    host, item = cut(colour="rcm")
    item.GetMediaPoolItem().SetClipProperty("Input Color Space", "ARRI LogC3")
    light = curves.decoded(frames[10].astype(float), "LogC3") @ curves.matrix("AWG3", "DaVinci WG").T
    expected = curves.encoded(light, "Intermediate")
    assert np.allclose(host.rendered_pixels(item, HOUR + 10), expected, atol=1e-6)


def test_a_render_leaves_in_the_output_space_unless_it_is_told_otherwise(
    cut: Start, tmp_path: Path, frames: np.ndarray
) -> None:
    host, item = cut(colour="rcm")
    item.GetMediaPoolItem().SetClipProperty("Input Color Space", "ARRI LogC3")
    render(host, tmp_path / "display", "RGBFloatZIP")
    assert read(host.rendered[10]).max() <= 1
    assert not np.allclose(read(host.rendered[10]), frames[10], atol=0.01)
    host.rendered.clear()
    host.project().SetSetting("colorSpaceOutput", "ARRI LogC3")
    render(host, tmp_path / "log", "RGBFloatZIP")
    assert np.allclose(read(host.rendered[10]), frames[10], atol=1e-4)


def test_a_tag_converts_in_rcm_and_is_only_a_tag_without_colour_management(
    cut: Start, tmp_path: Path, frames: np.ndarray
) -> None:
    for colour, is_same in (("unmanaged", True), ("rcm", False)):
        host, _ = cut(colour=colour)
        render(host, tmp_path / colour, "RGBFloatZIP", ColorSpaceTag="Linear", GammaTag="Linear")
        assert np.allclose(read(host.rendered[10]), frames[10], atol=1e-3) is is_same


def test_aces_without_an_output_transform_leaves_in_ap0(
    cut: Start, tmp_path: Path, frames: np.ndarray
) -> None:
    host, item = cut(colour="aces")
    item.GetMediaPoolItem().SetClipProperty("IDT", "ARRI LogC3")
    host.project().SetSetting("colorAcesODT", "No Output Transform")
    render(host, tmp_path, "RGBFloatZIP")
    expected = curves.decoded(frames[10].astype(float), "LogC3") @ curves.matrix("AWG3", "AP0").T
    assert np.allclose(read(host.rendered[10]), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("colour", ["unmanaged", "rcm", "aces"])
def test_a_copy_of_a_plate_in_its_own_encoding_enters_the_nodes_as_the_plate_does(
    cut: Start, tmp_path: Path, frames: np.ndarray, colour: str
) -> None:
    host, item = cut(colour=colour)
    item.GetMediaPoolItem().SetClipProperty("Input Color Space", "ARRI LogC3")
    item.GetMediaPoolItem().SetClipProperty("IDT", "ARRI LogC3")
    take = host.media(write_plate(tmp_path, frames, "take", first=0), 0, 29)
    host.project().GetCurrentTimeline().AddTrack("video")
    upper = host.place(take, 10, 20, HOUR + 10, track=2)
    own, other = (host.rendered_pixels(one, HOUR + 10) for one in (item, upper))
    assert np.allclose(own, other, atol=0) is (colour == "unmanaged")
    take.SetClipProperty("Input Color Space", "ARRI LogC3")
    take.SetClipProperty("IDT", "ARRI LogC3")
    assert np.array_equal(host.rendered_pixels(upper, HOUR + 10), own)


ENGINE = {
    "ARRI LogC3": ("ARRI LogC3 (EI800)", ("AWG3", "LogC3")),
    "ARRI LogC4": ("ARRI LogC4", ("AWG4", "LogC4")),
    "S-Log3": ("S-Log3 S-Gamut3.Cine", ("S-Gamut3.Cine", "S-Log3")),
    "V-Log": ("V-Log V-Gamut", ("V-Gamut", "V-Log")),
    "Log3G10": ("Log3G10 REDWideGamutRGB", ("RWG", "Log3G10")),
    "Intermediate": ("DaVinci Intermediate WideGamut", ("DaVinci WG", "Intermediate")),
    "ACEScct": ("ACEScct", ("AP1", "ACEScct")),
    "ACEScc": ("ACEScc", ("AP1", "ACEScc")),
    "sRGB": ("sRGB Encoded Rec.709 (sRGB)", ("Rec.709", "sRGB")),
    "Rec.709": ("Gamma 2.4 Encoded Rec.709", ("Rec.709", "Gamma 2.4")),
    "Scene": ("Camera Rec.709", ("Rec.709", "Rec.709")),
}


@pytest.mark.parametrize("name", ENGINE)
def test_the_curves_and_gamuts_are_those_of_opencolorio(name: str, frames: np.ndarray) -> None:
    """Written from the makers' papers, checked against the studio configuration: within a step of 10 bit."""
    theirs, (gamut, curve) = ENGINE[name]
    config = PyOpenColorIO.Config.CreateFromBuiltinConfig("studio-config-v2.2.0_aces-v1.3_ocio-v2.4")
    processor = config.getProcessor("ACES2065-1", theirs).getDefaultCPUProcessor()
    light = curves.decoded(frames[0].astype(float), curve) @ curves.matrix(gamut, "AP0").T
    mine = np.ascontiguousarray(light, np.float32)
    processor.applyRGB(mine)
    assert np.abs(mine - frames[0]).max() < 0.5 / 1023


@pytest.mark.parametrize("curve", curves.CURVES)
def test_every_curve_leads_back(curve: str, frames: np.ndarray) -> None:
    codes = frames[0].astype(float)
    assert np.allclose(curves.encoded(curves.decoded(codes, curve), curve), codes, atol=1e-7)
