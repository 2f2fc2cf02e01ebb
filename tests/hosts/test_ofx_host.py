"""Our OpenFX host is strict: an effect that behaves passes in every profile, each misdeed is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ofx_host import (
    LAYOUTS,
    NUKE,
    PROFILES,
    RESOLVE,
    Host,
    HostProfile,
    HostRefused,
    Layout,
    Picture,
    Pixels,
    Wish,
    at_once,
)
from ofx_node import CONTROL, built, compiler

pytestmark = pytest.mark.skipif(not compiler(), reason="no C compiler here")

DEEDS = {
    "no label": "has no label",
    "no depth": "does not say its OfxImageEffectPropSupportedPixelDepths",
    "unknown property": "the manual knows no property OfxPropColor",
    "wrong kind": "is int, not double",
    "wrong place": "has no place 1",
    "not its own": "is not the plug-in's to write",
    "wrong thing": "the effect has no property OfxImagePropBounds",
    "no output": "has no clip Output",
    "no components": "does not say its components",
    "late range": "gain does not declare OfxParamPropDisplayMin",
    "default outside": "gain begins outside its range",
    "no display range": "gain does not declare OfxParamPropDisplayMin, OfxParamPropDisplayMax",
    "no range": "count does not declare OfxParamPropMin",
    "no mode": "says no mode that the manual knows",
    "no options": "has nothing to choose",
    "twice": "defined twice",
    "value outside": "gain takes 0.0 to 4.0",
    "pattern": "the pattern of a message is",
    "set in render": "note is set outside instance changed",
    "unknown clip": "this context has no clip Mask",
    "other frame": "another frame than the one rendered",
    "beyond": "outside its window",
    "above": "outside its window",
    "a row short": "left pixels of its window unwritten",
    "packed rows": "outside its window",
    "touch source": "wrote into the picture of Source",
    "no release": "kept a picture of Source",
    "twice released": "was used after its end",
    "after release": "was used after its end",
    "identity of nothing": "identity is said to be Plate",
    "no answer": "this host needs an answer",
    "endless": "beyond the last one",
    "circle": "without end",
    "fails": "render answered 1",
}


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built([CONTROL], tmp_path_factory.mktemp("control") / "Control.ofx")


@pytest.fixture(params=sorted(PROFILES))
def profile(request: pytest.FixtureRequest) -> HostProfile:
    return PROFILES[request.param]


@pytest.fixture(autouse=True)
def _well_behaved(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DEED", "none")
    yield


def _picture(height: int = 12, width: int = 17) -> Pixels:
    return np.random.default_rng(3).normal(size=(height, width, 4)).astype(np.float32)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_an_effect_that_behaves_passes_in_every_profile(
    control: Path, profile: HostProfile, layout: Layout
) -> None:
    source = _picture()
    with Host(control, profile) as host, host.instance() as node:
        shown = node.render(source, layout=layout, time=7.0)
        node.press("go")
        node.press("go")
        assert (node.value("note"), node.value("gain")) == ("as it was!!", 2.0)
        assert [message.text for message in node.messages] == ["went", "went"]
    assert np.array_equal(shown, source)
    assert host.complaints == ()


@pytest.mark.parametrize(("deed", "said"), DEEDS.items())
def test_each_misdeed_is_found(control: Path, monkeypatch: pytest.MonkeyPatch, deed: str, said: str) -> None:
    monkeypatch.setenv("DEED", deed)
    profile = RESOLVE if deed == "no answer" else NUKE
    with Host(control, profile) as host, host.instance("general") as node:
        x, y = (0, 0) if profile is RESOLVE else (5, -3)
        layout = Layout((x, y), 5)
        node.rendered(_picture(), Wish(layout=layout, window=(x + 2, y + 2, x + 12, y + 9)))
        node.set("way", 0)
        node.press("go")
    assert any(said in complaint for complaint in host.complaints), host.complaints


def test_a_string_lives_until_the_next_call_of_the_thread(
    control: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEED", "old string")
    with Host(control, RESOLVE) as host, host.instance() as node:
        node.press("go")
        assert node.value("note") == "#########!"


def test_a_window_is_rendered_and_nothing_else(control: Path) -> None:
    source = _picture()
    with Host(control, NUKE) as host, host.instance() as node:
        shown = node.render(source, layout=Layout((2, 3), 4), window=(5, 4, 9, 10))
    inside = np.zeros(source.shape[:2], bool)
    inside[12 - 7 : 12 - 1, 3:7] = True
    assert np.array_equal(shown[inside], source[inside])
    assert np.isnan(shown[~inside]).all()
    assert host.complaints == ()


def test_a_host_is_not_asked_for_what_it_never_does(control: Path) -> None:
    with (
        Host(control, RESOLVE) as host,
        host.instance() as node,
        pytest.raises(ValueError, match="begin at 0, 0"),
    ):
        node.render(_picture(), layout=Layout((1, 0)))
    with (
        Host(control, NUKE) as host,
        host.instance() as node,
        pytest.raises(ValueError, match="frame of the source"),
    ):
        node.render(_picture(), source_frame=3)
    assert host.complaints == ()


def test_an_aborted_render_is_no_fault(control: Path) -> None:
    with Host(control, RESOLVE) as host, host.instance() as node:
        rendered = node.rendered(_picture(), Wish(abort_after=3))
    assert rendered.was_aborted
    assert np.isfinite(rendered.pixels[-3:]).all()
    assert np.isnan(rendered.pixels[:-3]).all()
    assert host.complaints == ()


def test_sixteen_threads_render_at_once(control: Path, profile: HostProfile) -> None:
    def shown(number: int) -> bool:
        source = _picture() + number
        return bool(np.array_equal(node.render(source, time=float(number)), source))

    with Host(control, profile) as host, host.instance() as node:
        assert at_once(shown)
    assert host.complaints == ()


def test_a_value_out_of_range_is_not_taken(control: Path) -> None:
    with Host(control, RESOLVE) as host, host.instance() as node:
        with pytest.raises(ValueError, match=r"gain takes 0\.0 to 4\.0"):
            node.set("gain", 5.0)
        with pytest.raises(ValueError, match="is no button"):
            node.press("gain")
        assert node.value("gain") == 1.0
    assert host.complaints == ()


@pytest.mark.parametrize("suite", ["OfxPropertySuite", "OfxImageEffectSuite", "OfxParameterSuite"])
def test_an_effect_that_needs_a_missing_suite_is_refused(control: Path, suite: str) -> None:
    with (
        pytest.raises(HostRefused, match="OfxActionLoad answered MISSING_HOST_FEATURE"),
        Host(control, RESOLVE, without_suites=[suite]),
    ):
        pass


def test_every_value_of_a_profile_names_its_document(profile: HostProfile) -> None:
    said = {field.name for field in dataclasses.fields(profile)} - {"name", "sources"}
    assert set(profile.sources) == said
    assert all(profile.sources.values())


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_a_picture_knows_whatever_is_written(layout: Layout) -> None:
    picture = Picture.of(_picture(), layout)
    assert np.array_equal(picture.pixels(), _picture())
    assert not picture.is_changed()
    memory = picture._memory
    for place in ((0, 0), (1, 3), (memory.shape[0] - 1, memory.shape[1] - 1)):
        memory[place] ^= 1
        assert picture.is_changed()
        assert picture.is_left(picture.bounds)
        memory[place] ^= 1
