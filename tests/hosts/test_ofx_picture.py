"""What the node shows is the staged fill keyed over the picture, however a host lays pictures out."""

from __future__ import annotations

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
    Instance,
    Layout,
    Pixels,
    Wish,
    at_once,
)
from ofx_stage import (
    HEIGHT,
    WIDTH,
    boxed,
    drawn,
    half_steps,
    keyed,
    plate,
    same_bits,
    smooth,
    write_frame,
    write_stage,
)

FRAME = 1002
TIME = 1002.0


def close(shown: Pixels, truth: Pixels) -> bool:
    """Say whether two pictures are the same but for the last bits of single floats."""
    return bool(np.allclose(shown, truth, rtol=2e-6, atol=2e-7))


def ofx_in(host: Host, stage: Path) -> Instance:
    """Return the node in a project of the format that was staged."""
    return host.instance("filter", {"take": str(stage)}, size=(WIDTH, HEIGHT))


def outside(frame: int = FRAME) -> np.ndarray:
    return np.asarray(drawn(frame).matte == 0)


@pytest.mark.parametrize("context", ["filter", "general"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_fill_lies_over_the_source_in_every_host(
    ofx_node: Path, staged_take: Path, ofx_profile: HostProfile, layout: Layout, context: str
) -> None:
    source, frame = plate(), drawn(FRAME)
    with Host(ofx_node, ofx_profile) as host, host.instance(context, {"take": str(staged_take)}) as node:
        shown = node.render(source, time=TIME, layout=layout)
        assert not node.was_identity
    assert close(shown, keyed(source, frame))
    assert same_bits(shown[outside()], source[outside()])
    assert same_bits(shown[..., 3], source[..., 3])
    assert same_bits(shown[frame.matte == 1, :3], frame.fill[frame.matte == 1])
    assert host.complaints == ()


@pytest.mark.parametrize("compression", ["none", "zip", "zips"])
@pytest.mark.parametrize("box", [(0, 0, WIDTH, HEIGHT), (11, 5, 47, 29), (59, 35, 60, 36), (0, 17, 60, 18)])
def test_any_data_window_lands_where_it_was(
    ofx_resolve: Host, tmp_path: Path, box: tuple[int, int, int, int], compression: str
) -> None:
    frame, source = drawn(7, box, soft=False), plate()
    stage = write_stage(tmp_path / "v001" / "x", {7: frame}, compression=compression)
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        shown = node.render(source, time=7.0)
    assert close(shown, keyed(source, frame))
    assert same_bits(shown[frame.matte == 0], source[frame.matte == 0])


def test_a_window_of_the_picture_is_all_that_is_written(ofx_node: Path, staged_take: Path) -> None:
    source, layout = plate(), Layout(padding=5)
    with Host(ofx_node, NUKE) as host, host.instance("filter", {"take": str(staged_take)}) as node:
        for window in ((20, 8, 33, 19), (0, 0, 60, 9), (46, 20, 60, 36), (12, 30, 13, 31)):
            shown = node.render(source, time=TIME, layout=layout, window=window)
            x1, y1, x2, y2 = window
            inside = (slice(HEIGHT - y2, HEIGHT - y1), slice(x1, x2))
            assert close(shown[inside], keyed(source, drawn(FRAME))[inside])
    assert host.complaints == ()


@pytest.mark.parametrize("flipped", [False, True])
def test_overscan_of_a_host_stays_the_source(ofx_node: Path, staged_take: Path, flipped: bool) -> None:
    inner = plate()
    source = plate(5, WIDTH + 20, HEIGHT + 10)
    source[5:-5, 10:-10] = inner
    layout = Layout((-10, -5), 4, flipped)
    with (
        Host(ofx_node, NUKE) as host,
        host.instance("general", {"take": str(staged_take)}, size=(WIDTH, HEIGHT)) as node,
    ):
        shown = node.render(source, time=TIME, layout=layout)
    truth = source.copy()
    truth[5:-5, 10:-10] = keyed(inner, drawn(FRAME))
    assert close(shown, truth)
    assert (shown != source).any()
    assert host.complaints == ()


def test_an_output_larger_than_its_input_is_black_around_it(ofx_node: Path, staged_take: Path) -> None:
    source = plate()
    wish = Wish(TIME, output_layout=Layout((-6, -3), 2), output_size=(WIDTH + 12, HEIGHT + 6))
    with (
        Host(ofx_node, NUKE) as host,
        host.instance("filter", {"take": str(staged_take)}, size=(WIDTH, HEIGHT)) as node,
    ):
        shown = node.rendered(source, wish).pixels
    assert close(shown[3:-3, 6:-6], keyed(source, drawn(FRAME)))
    shown[3:-3, 6:-6] = 0
    assert not shown.any()
    assert host.complaints == ()


def test_an_input_smaller_than_the_format_keeps_its_place(ofx_node: Path, staged_take: Path) -> None:
    whole = plate()
    source = whole[4 : HEIGHT - 7, 9:WIDTH]  # the lower left corner of what is left lies at 9, 7
    wish = Wish(TIME, layout=Layout((9, 7), 3), output_layout=Layout(), output_size=(WIDTH, HEIGHT))
    with (
        Host(ofx_node, NUKE) as host,
        host.instance("filter", {"take": str(staged_take)}, size=(WIDTH, HEIGHT)) as node,
    ):
        shown = node.rendered(source, wish).pixels
    seen = (slice(4, HEIGHT - 7), slice(9, WIDTH))
    assert close(shown[seen], keyed(whole, drawn(FRAME))[seen])
    assert host.complaints == ()


@pytest.mark.parametrize("part", [2, 3])
def test_a_proxy_shows_the_mean_of_the_staged_pixels(
    ofx_node: Path, staged_take: Path, ofx_profile: HostProfile, part: int
) -> None:
    width, height = WIDTH // part, HEIGHT // part
    source, frame = plate(9, width, height), drawn(FRAME)
    with Host(ofx_node, ofx_profile) as host, ofx_in(host, staged_take) as node:
        shown = node.render(source, time=TIME, scale=1 / part)
    matte = boxed(frame.matte[..., None], width, height)
    light = boxed(frame.fill * frame.matte[..., None], width, height)
    truth = source.copy()
    truth[..., :3] = source[..., :3] * (1 - matte) + light
    assert half_steps(shown, truth, source) < 0.05
    assert same_bits(shown[matte[..., 0] == 0], source[matte[..., 0] == 0])
    assert (shown != source).any()
    assert host.complaints == ()


@pytest.mark.parametrize(
    ("scale", "size"), [(0.45, (27, 16)), (0.7, (42, 25)), (0.9, (54, 32)), (2.0, (120, 72))]
)
def test_a_scale_that_does_not_divide_keeps_the_place(
    ofx_node: Path, tmp_path: Path, scale: float, size: tuple[int, int]
) -> None:
    frame, (width, height) = smooth(), size
    stage = write_stage(tmp_path, {1002: frame})
    source = np.zeros((height, width, 4), np.float32)
    with Host(ofx_node, NUKE) as host, ofx_in(host, stage) as node:
        shown = node.render(source, time=TIME, scale=scale)
    light = (frame.fill * frame.matte[..., None])[::-1]  # counted from the lower left, as the host does
    rows = ((np.arange(height) + 0.5) / scale).astype(int)
    columns = ((np.arange(width) + 0.5) / scale).astype(int)
    assert np.abs(shown[::-1, :, :3] - light[np.ix_(rows, columns)]).max() < 0.09
    assert shown.max() > 0.5
    assert host.complaints == ()


@pytest.mark.parametrize("part", [2, 3])
def test_a_thumbnail_that_says_it_is_whole_is_never_keyed_wrongly(
    ofx_node: Path, staged_take: Path, part: int
) -> None:
    source = plate(9, WIDTH // part, HEIGHT // part)
    with Host(ofx_node, RESOLVE) as host, ofx_in(host, staged_take) as node:
        assert same_bits(node.render(source, time=TIME, scale=1 / part, told_scale=1.0), source)
    assert host.complaints == ()


@pytest.mark.parametrize("mix", [0.0, 0.25, 1.0])
def test_mix_is_how_much_of_the_fill(ofx_resolve: Host, staged_take: Path, mix: float) -> None:
    source = plate()
    with ofx_resolve.instance("filter", {"take": str(staged_take), "mix": mix}) as node:
        shown = node.render(source, time=TIME)
        assert node.was_identity == (mix == 0)
    assert close(shown, keyed(source, drawn(FRAME), mix))


def test_views_show_one_plane_each(ofx_resolve: Host, staged_take: Path) -> None:
    source, frame = plate(), drawn(FRAME)
    with ofx_resolve.instance("filter", {"take": str(staged_take), "view": "Matte"}) as node:
        matte = node.render(source, time=TIME)
        node.set("view", "Fill")
        fill = node.render(source, time=TIME)
        node.set("view", "Source")
        assert same_bits(node.render(source, time=TIME), source)
        assert node.was_identity
        node.set("view", "Origin")
        origin = node.render(source, time=TIME)
        node.set("view", "Frame number")
        numbered = node.render(source, time=TIME)
    assert np.array_equal(matte[..., :3], np.repeat(frame.matte[..., None], 3, axis=-1))
    assert np.array_equal(fill[..., :3], np.where(frame.matte[..., None] > 0, frame.fill, 0))
    colours = {tuple(origin[frame.origin == kind][0, :3]) for kind in range(6)}
    assert len(colours) == 6
    assert all(len(np.unique(origin[frame.origin == kind][:, :3], axis=0)) == 1 for kind in range(6))
    for shown in (matte, fill, origin):
        assert same_bits(shown[..., 3], source[..., 3])
    changed = (numbered != keyed(source, frame)).any(axis=-1) & ~np.isclose(
        numbered, keyed(source, frame), rtol=2e-6, atol=2e-7
    ).all(axis=-1)
    assert 20 < changed.sum() < 300
    assert not changed[HEIGHT // 2 :].any()


def test_a_hosts_matte_narrows_the_takes(ofx_node: Path, staged_take: Path, ofx_profile: HostProfile) -> None:
    source, frame = plate(), drawn(FRAME)
    clip = np.broadcast_to(np.linspace(-0.5, 1.6, WIDTH, dtype=np.float32), (HEIGHT, WIDTH))
    values = {"take": str(staged_take), "use_matte": 1}
    with Host(ofx_node, ofx_profile) as host, host.instance("general", values) as node:
        assert close(node.render(source, clip, time=TIME), keyed(source, frame, clip=clip))
        node.set("use_matte", 0)
        assert close(node.render(source, clip, time=TIME), keyed(source, frame))
    assert host.complaints == ()


def test_a_context_without_a_matte_clip_is_never_asked_for_one(ofx_resolve: Host, staged_take: Path) -> None:
    with ofx_resolve.instance("filter", {"take": str(staged_take), "use_matte": 1}) as node:
        assert close(node.render(plate(), time=TIME), keyed(plate(), drawn(FRAME)))


@pytest.mark.parametrize("null", [False, True])
def test_a_matte_clip_without_picture_is_none_at_all(ofx_node: Path, staged_take: Path, null: bool) -> None:
    source = plate()
    with Host(ofx_node, RESOLVE) as host, host.instance("general", {"take": str(staged_take)}) as node:
        shown = node.render(source, time=TIME, null_pictures=null)
        assert close(shown, keyed(source, drawn(FRAME)))
        node.set("use_matte", 1)
        assert np.isfinite(node.render(source, time=TIME, null_pictures=null)).all()
    assert host.complaints == ()


@pytest.mark.parametrize("null", [False, True])
def test_a_source_without_picture_is_no_crash(ofx_node: Path, staged_take: Path, null: bool) -> None:
    with Host(ofx_node, RESOLVE) as host, host.instance("filter", {"take": str(staged_take)}) as node:
        rendered = node.rendered(None, Wish(TIME, output_size=(WIDTH, HEIGHT), null_pictures=null))
    assert rendered.pixels.shape == (HEIGHT, WIDTH, 4)
    assert host.complaints == ()


def test_pictures_that_say_less_than_they_should_are_read(ofx_node: Path, staged_take: Path) -> None:
    source = plate()
    without = ("OfxImageEffectPropRenderScale", "OfxImagePropField", "OfxImagePropUniqueIdentifier")
    with Host(ofx_node, NUKE) as host, host.instance("filter", {"take": str(staged_take)}) as node:
        shown = node.render(source, time=TIME, images_without=without)
    assert close(shown, keyed(source, drawn(FRAME)))
    assert host.complaints == ()


def test_a_stopped_render_stops(ofx_resolve: Host, staged_take: Path) -> None:
    with ofx_resolve.instance("filter", {"take": str(staged_take)}) as node:
        rendered = node.rendered(plate(), Wish(TIME, abort_after=0))
        assert rendered.was_aborted
        assert np.isnan(rendered.pixels).any()
        assert close(node.render(plate(), time=TIME), keyed(plate(), drawn(FRAME)))


def test_sixteen_threads_show_each_its_own_frame(
    ofx_node: Path, staged_take: Path, ofx_profile: HostProfile
) -> None:
    def shown(number: int) -> bool:
        frame, source = 1001 + number % 4, plate(number)
        return close(node.render(source, time=float(frame)), keyed(source, drawn(frame)))

    with Host(ofx_node, ofx_profile) as host, host.instance("filter", {"take": str(staged_take)}) as node:
        assert at_once(shown)
    assert host.complaints == ()


def test_the_node_says_what_it_is(ofx_node: Path) -> None:
    for profile in PROFILES.values():
        with Host(ofx_node, profile) as host, host.instance("general") as node:
            told = host.description
            assert not node.keeps_state
            assert node.is_frame_varying
        assert (told.identifier, told.version, told.label) == (
            "org.photodouble.Take",
            (1, 0),
            "Photo Double Take",
        )
        assert told.group == "Photo Double"
        assert told.plugin_count == 1
        assert told.thread_safety == "OfxImageEffectRenderFullySafe"
        wanted = {
            "take",
            "newest",
            "refresh",
            "revision",
            "offset",
            "view",
            "mix",
            "use_matte",
            "analyse",
            "label",
        }
        assert set(told.parameters) >= wanted
        assert all(one.hint for one in told.parameters.values() if not one.is_secret)
        assert host.complaints == ()


def test_many_renders_leave_no_file_open(ofx_resolve: Host, staged_take: Path) -> None:
    open_files = Path("/proc/self/fd")
    with ofx_resolve.instance("filter", {"take": str(staged_take)}) as node:
        before = len(list(open_files.iterdir()))
        for frame in range(998, 1008):
            node.render(plate(), time=float(frame))
            node.press("refresh")
        assert len(list(open_files.iterdir())) == before


@pytest.mark.parametrize("corner", [(10, -20), (-700, 333)])
@pytest.mark.parametrize("part", [1, 2])
def test_a_display_window_may_begin_anywhere(
    ofx_resolve: Host, tmp_path: Path, corner: tuple[int, int], part: int
) -> None:
    x, y = corner
    stage = write_stage(tmp_path, {}, first=7, last=7, display=f"{x} {y} {x + WIDTH} {y + HEIGHT}")
    write_frame(stage / "frame.0007.exr", drawn(FRAME), corner=corner)
    source = plate(2, WIDTH // part, HEIGHT // part)
    with ofx_in(ofx_resolve, stage) as node:
        shown = node.render(source, time=7.0, scale=1 / part)
    matte = boxed(drawn(FRAME).matte[..., None], WIDTH // part, HEIGHT // part)
    light = boxed(drawn(FRAME).fill * drawn(FRAME).matte[..., None], WIDTH // part, HEIGHT // part)
    assert half_steps(shown[..., :3], source[..., :3] * (1 - matte) + light, source[..., :3]) < 0.05
    assert (shown != source).any()


@pytest.mark.parametrize("pixel_aspect", [2.0, 0.9])
@pytest.mark.parametrize("part", [1, 3])
def test_wide_pixels_are_pixels(ofx_node: Path, tmp_path: Path, pixel_aspect: float, part: int) -> None:
    stage = write_stage(tmp_path, pixel_aspect=pixel_aspect)
    source = plate(2, WIDTH // part, HEIGHT // part)
    for profile in (NUKE, RESOLVE):
        with (
            Host(ofx_node, profile) as host,
            host.instance("filter", size=(WIDTH, HEIGHT), pixel_aspect=pixel_aspect) as node,
        ):
            node.playhead = TIME
            node.set("take", str(stage))
            assert "Staged for" not in str(node.value("label"))
            assert (node.render(source, time=TIME, scale=1 / part) != source).any()
        assert host.complaints == ()


def test_a_clip_that_is_connected_later_is_looked_at(ofx_resolve: Host, staged_take: Path) -> None:
    with ofx_resolve.instance("general", {"take": str(staged_take)}, size=(WIDTH, HEIGHT)) as node:
        assert node.value("label") == ""
        node.playhead = TIME
        node.connect("Source")
        assert "sh010 inpaint v003" in str(node.value("label"))
