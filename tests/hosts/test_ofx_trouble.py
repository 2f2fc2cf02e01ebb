"""Whatever is wrong with the files, the node gives the source, bit for bit, and says why in plain words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from ofx_host import NUKE, RESOLVE, Host, HostRefused, Wish
from ofx_stage import HEIGHT, WIDTH, drawn, keyed, plate, same_bits, write_frame, write_stage

SOURCE = plate()
TIME = 1002.0
FRAME = "frame.1002.exr"


def shown(host: Host, stage: Path | str, **wish: object) -> tuple[np.ndarray, str]:
    """Return what the node shows of a stage, and its label after the stage was chosen."""
    with host.instance("filter", {}, size=(WIDTH, HEIGHT)) as node:
        node.playhead = TIME
        node.set("take", str(stage))
        return node.render(SOURCE, **{"time": TIME, **wish}), str(node.value("label"))


def rewritten(stage: Path, change: Callable[[bytes], bytes]) -> Path:
    path = stage / FRAME
    path.write_bytes(change(path.read_bytes()))
    return stage


def test_no_folder_is_the_source(ofx_resolve: Host, tmp_path: Path) -> None:
    for stage in ("", " ", tmp_path / "nowhere", tmp_path, "/dev/null", "x" * 6000, "%s%n%s%n"):
        picture, label = shown(ofx_resolve, stage)
        assert same_bits(picture, SOURCE)
        assert "No staged take is chosen" in label or "no staged take in this folder" in label


@pytest.mark.parametrize("path", ["{}/", "{}/node.txt", " {} ", "{}//"])
def test_a_path_may_be_written_as_people_write_it(ofx_resolve: Host, tmp_path: Path, path: str) -> None:
    stage = write_stage(tmp_path / "a stage ü 撮影")
    picture, label = shown(ofx_resolve, path.format(stage))
    assert np.allclose(picture, keyed(SOURCE, drawn(1002)), rtol=2e-6, atol=2e-7)
    assert "sh010 inpaint v003" in label


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"photodouble_stage": 2}, "another version"),
        ({"photodouble_stage": None}, "another version"),
        ({"display": "0 0 0 0"}, "damaged"),
        ({"display": "0 0 60"}, "damaged"),
        ({"display": "0 0 999999 36"}, "damaged"),
        ({"first": "one"}, "damaged"),
        ({"last": ""}, "damaged"),
        ({"pattern": "frame.exr"}, "damaged"),
        ({"pattern": "../frame.####.exr"}, "damaged"),
        ({"pattern": "/etc/####"}, "damaged"),
        ({"pattern": "##.##.exr"}, "damaged"),
    ],
    ids=str,
)
def test_a_note_that_is_not_ours_is_not_followed(
    ofx_resolve: Host, tmp_path: Path, words: dict[str, object], said: str
) -> None:
    picture, label = shown(ofx_resolve, write_stage(tmp_path / "stage", **words))
    assert same_bits(picture, SOURCE)
    assert said in label


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0" * 100,
        b"photodouble_stage",
        np.random.default_rng(2).bytes(4096),
        b"photodouble_stage 1\n" * 9000,
        b"\xff\xfe\n",
    ],
)
def test_a_note_of_nonsense_is_no_take(ofx_resolve: Host, tmp_path: Path, text: bytes) -> None:
    stage = write_stage(tmp_path / "stage")
    (stage / "node.txt").write_bytes(text)
    picture, label = shown(ofx_resolve, stage)
    assert same_bits(picture, SOURCE)
    assert label


def test_a_label_cannot_hold_a_pattern_or_break_its_line(ofx_resolve: Host, tmp_path: Path) -> None:
    stage = write_stage(tmp_path / "stage", label="%s %n \x07bell", note="100 % done %d")
    picture, label = shown(ofx_resolve, stage)
    assert "%s %n ?bell" in label
    assert "100 % done %d" in label
    assert not same_bits(picture, SOURCE)


@pytest.mark.parametrize("compression", ["none", "zip", "zips"])
def test_a_frame_that_is_cut_short_is_the_source_whole(
    ofx_resolve: Host, tmp_path: Path, compression: str
) -> None:
    stage = write_stage(tmp_path / "stage", {1002: drawn(1002)}, compression=compression)
    whole = (stage / FRAME).read_bytes()
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        for length in (0, 3, 8, 40, 200, 400, len(whole) // 2, len(whole) - 500, len(whole) - 1):
            (stage / FRAME).write_bytes(whole[:length])
            assert same_bits(node.render(SOURCE, time=TIME), SOURCE), length
        (stage / FRAME).write_bytes(whole)
        assert not same_bits(node.render(SOURCE, time=TIME), SOURCE)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: b"PK\3\4" + data[4:],
        lambda data: data[:4] + b"\2\2\0\0" + data[8:],  # tiled
        lambda data: data[:4] + b"\2\x08\0\0" + data[8:],  # deep
        lambda data: data[:4] + b"\2\x10\0\0" + data[8:],  # several parts
        lambda data: data[:4] + b"\3\0\0\0" + data[8:],
        lambda data: data.replace(
            b"compression\0compression\0\1\0\0\0\0", b"compression\0compression\0\1\0\0\0\4"
        ),
        lambda data: data.replace(b"R\0\1\0\0\0", b"Q\0\1\0\0\0"),
        lambda data: data.replace(b"box2i\0\x10\0\0\0\x0b\0\0\0", b"box2i\0\x10\0\0\0\xff\xff\xff\x7f"),
        lambda data: data[:300] + b"\xff" * 300 + data[600:],
    ],
    ids=["empty", "zip file", "tiled", "deep", "parts", "version", "piz", "no red", "window", "offsets"],
)
def test_a_file_that_is_not_what_was_staged_is_the_source(
    ofx_resolve: Host, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    stage = write_stage(tmp_path / "stage")
    before = (stage / FRAME).read_bytes()
    picture, _ = shown(ofx_resolve, rewritten(stage, change))
    assert (stage / FRAME).read_bytes() != before
    assert same_bits(picture, SOURCE)


def test_a_zip_that_is_damaged_inside_is_the_source_whole(ofx_resolve: Host, tmp_path: Path) -> None:
    frame = drawn(1002)
    # noise would be stored as it is, without a sum to check it by
    frame.fill[...] = np.linspace(0, 1, WIDTH)[None, :, None].astype(np.float16)
    stage = write_stage(tmp_path / "stage", {1002: frame}, compression="zip")
    whole = (stage / FRAME).read_bytes()
    generator = np.random.default_rng(5)
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        assert not same_bits(node.render(SOURCE, time=TIME), SOURCE)
        for place in generator.integers(len(whole) * 2 // 3, len(whole) - 8, 40):
            (stage / FRAME).write_bytes(whole[:place] + generator.bytes(8) + whole[place + 8 :])
            assert same_bits(node.render(SOURCE, time=TIME), SOURCE)


def test_a_folder_in_place_of_a_frame_is_the_source(ofx_resolve: Host, tmp_path: Path) -> None:
    stage = write_stage(tmp_path / "stage")
    (stage / FRAME).unlink()
    (stage / FRAME).mkdir()
    assert same_bits(shown(ofx_resolve, stage)[0], SOURCE)


def test_a_fill_that_is_no_number_leaves_the_source(ofx_resolve: Host, tmp_path: Path) -> None:
    frame = drawn(1002)
    frame.fill[10, 30] = np.nan
    frame.fill[11, 30] = (np.inf, 0, 0)
    frame.fill[12, 30] = (0, -np.inf, 0)
    frame.matte[13, 30] = np.nan
    frame.matte[14, 30] = 3
    stage = write_stage(tmp_path / "stage", {1002: frame})
    picture, _ = shown(ofx_resolve, stage)
    assert np.isfinite(picture).all()
    assert same_bits(picture[10:14, 30], SOURCE[10:14, 30])


@pytest.mark.parametrize("size", [(30, 18), (120, 72), (60, 34), (58, 36), (61, 40), (36, 60)])
def test_another_format_is_the_source_and_says_both(
    ofx_node: Path, staged_take: Path, size: tuple[int, int]
) -> None:
    source = plate(3, *size)
    for profile in (RESOLVE, NUKE):
        with Host(ofx_node, profile) as host, host.instance("filter", size=size) as node:
            node.playhead = TIME
            node.set("take", str(staged_take))
            picture = node.render(source, time=TIME)
            label = str(node.value("label"))
        assert same_bits(picture, source)
        assert f"Staged for 60x36, this is {size[0]}x{size[1]}" in label
        assert "--format" in label
        assert host.complaints == ()


@pytest.mark.parametrize(
    ("space", "is_shown"),
    [
        ("", True),
        ("ACEScct", True),
        ("acescct_ap1", True),
        ("lin_ap1", False),
        ("srgb_display", False),
        ("raw", True),
    ],
)
def test_a_clip_of_other_values_is_refused_where_the_host_tells(
    ofx_node: Path, staged_take: Path, space: str, is_shown: bool
) -> None:
    with Host(ofx_node, NUKE) as host, host.instance("filter", {"take": str(staged_take)}) as node:
        picture = node.render(SOURCE, time=TIME, colourspace=space)
        node.playhead = TIME
        node.press("refresh")
        label = str(node.value("label"))
    assert same_bits(picture, SOURCE) != is_shown
    assert ("--space" in label) != is_shown
    assert host.complaints == ()


@pytest.mark.parametrize("compression", ["none", "zip"])
def test_a_file_that_ends_while_it_is_read_leaves_no_half_frame(
    ofx_resolve: Host, tmp_path: Path, compression: str
) -> None:
    large = np.random.default_rng(0).uniform(0.5, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
    frame = drawn(1002, (0, 0, WIDTH, HEIGHT), soft=False)
    frame.matte[...] = 1
    frame.fill[...] = large.astype(np.float16)
    stage = write_stage(tmp_path / "stage", {1002: frame}, compression=compression)
    whole = (stage / FRAME).read_bytes()

    def cut() -> None:
        os.truncate(stage / FRAME, 600)

    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        assert same_bits(node.render(SOURCE, time=TIME, between=cut), SOURCE)
        (stage / FRAME).write_bytes(whole)
        picture = node.render(SOURCE, time=TIME)
        assert np.array_equal(picture[..., :3], frame.fill)


def test_a_folder_removed_while_it_is_read_still_gives_the_whole_frame(
    ofx_resolve: Host, tmp_path: Path
) -> None:
    stage = write_stage(tmp_path / "stage")

    def remove() -> None:
        for path in stage.iterdir():
            path.unlink()

    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        picture = node.render(SOURCE, time=TIME, between=remove)
        assert np.allclose(picture, keyed(SOURCE, drawn(1002)), rtol=2e-6, atol=2e-7)
        assert same_bits(node.render(SOURCE, time=TIME), SOURCE)


@pytest.mark.parametrize("suite", ["OfxPropertySuite", "OfxImageEffectSuite", "OfxParameterSuite"])
def test_a_host_without_what_is_needed_is_told_so(ofx_node: Path, suite: str) -> None:
    with (
        pytest.raises(HostRefused, match="MISSING_HOST_FEATURE"),
        Host(ofx_node, NUKE, without_suites=[suite]),
    ):
        pass


def test_a_host_without_messages_or_a_name_still_renders(ofx_node: Path, staged_take: Path) -> None:
    told = [name for name in NUKE.properties if name != "OfxPropType"]
    with Host(ofx_node, NUKE, without_suites=["OfxMessageSuite"], without=told) as host:
        picture, label = shown(host, staged_take)
        with host.instance("general", {"take": str(staged_take)}) as node:
            node.press("analyse")
    assert np.allclose(picture, keyed(SOURCE, drawn(1002)), rtol=2e-6, atol=2e-7)
    assert "sh010 inpaint v003" in label
    assert host.complaints == ()


STAGING = """
import sys
from pathlib import Path
from photodouble.takes.node_text import StageWish
from photodouble.takes.staged import write_staged
from photodouble.takes.finding import store_at
from photodouble.ops.operation import Reporter
take = store_at(sys.argv[1]).all()[0]
while True:
    write_staged(take, StageWish("ACEScct", (60, 36), fit="fill"), Reporter(), again=True)
    print("staged", flush=True)
"""


def test_an_engine_killed_while_it_stages_leaves_whole_frames_or_none(
    ofx_resolve: Host, finished_take: object, tmp_path: Path
) -> None:
    made = finished_take.copied(tmp_path / "made")  # type: ignore[attr-defined]
    generator = np.random.default_rng(11)
    for wait in generator.uniform(0, 0.3, 4):
        with subprocess.Popen(
            [sys.executable, "-c", STAGING, str(made.show / "takes")], stdout=subprocess.PIPE
        ) as engine:
            assert engine.stdout is not None
            assert engine.stdout.readline() == b"staged\n"
            time.sleep(wait)  # somewhere in the middle of the next one
            engine.send_signal(signal.SIGKILL)
    base = made.take.folder.parent / "ofx" / made.take.folder.name
    stages = sorted(path for path in base.iterdir() if not path.name.startswith("."))
    assert stages
    pictures = set()
    for stage in stages:
        with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
            for frame in (1001.0, 1002.0):
                picture = node.render(SOURCE, time=frame)
                assert not same_bits(picture, SOURCE)
                pictures.add((frame, picture.tobytes()))
    assert len(pictures) == 2
    for half in base.glob(".*"):
        assert same_bits(shown(ofx_resolve, half)[0], SOURCE) or (half / "node.txt").exists()


def test_many_nodes_of_one_broken_take_all_give_the_source(ofx_resolve: Host, tmp_path: Path) -> None:
    stage = rewritten(write_stage(tmp_path / "stage"), lambda data: data[: len(data) // 2])
    nodes = [ofx_resolve.instance("general", {"take": str(stage)}) for _ in range(8)]
    assert all(same_bits(node.rendered(SOURCE, Wish(TIME)).pixels, SOURCE) for node in nodes)
    write_frame(stage / FRAME, drawn(1002))
    assert not any(same_bits(node.rendered(SOURCE, Wish(TIME)).pixels, SOURCE) for node in nodes)
    for node in nodes:
        node.__exit__(None, None, None)


def test_openexr_itself_reads_what_the_tests_write(tmp_path: Path) -> None:
    write_frame(tmp_path / "frame.exr", drawn(3))
    file = OpenEXR.File(str(tmp_path / "frame.exr"), separate_channels=True)
    assert sorted(file.channels()) == ["A", "B", "G", "K", "N", "R"]
    rows, columns = drawn(3).window
    assert np.array_equal(np.asarray(file.channels()["A"].pixels, np.float32), drawn(3).matte[rows, columns])
