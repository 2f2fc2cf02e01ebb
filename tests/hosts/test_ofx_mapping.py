"""Which staged frame the node shows: by the host's frame of the source, else by time, and never another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ofx_host import NUKE, RESOLVE, Host, Pixels
from ofx_stage import Drawn, drawn, keyed, plate, same_bits, write_frame, write_stage

SOURCE = plate()


def frame_shown(shown: Pixels, frames: dict[int, Drawn]) -> int | None:
    """Return the number of the frame that was keyed in; None if it is the source, bit for bit."""
    if same_bits(shown, SOURCE):
        return None
    found = [
        number
        for number, frame in frames.items()
        if np.allclose(shown, keyed(SOURCE, frame), rtol=2e-6, atol=2e-7)
    ]
    assert len(found) == 1, found
    return found[0]


def drawn_frames(*numbers: int) -> dict[int, Drawn]:
    return {number: drawn(number) for number in numbers}


FROM_1001 = drawn_frames(1001, 1002, 1003, 1004)


@pytest.mark.parametrize(
    ("source_frame", "time", "offset", "wanted"),
    [
        (0, 0.0, 0, 1001),
        (2, 0.0, 0, 1003),
        (2, 215402.0, 0, 1003),  # an adjustment clip: the time is the timeline's
        (3, 3.0, 0, 1004),
        (3, 3.0, -2, 1002),
        (0, 0.0, 3, 1004),
        (4, 4.0, 0, None),
        (-1, -1.0, 0, None),
        (0, 1002.0, 4, None),
        (None, 1001.0, 0, 1001),
        (None, 1004.0, 0, 1004),
        (None, 0.0, 1001, 1001),
        (None, 3.0, 1001, 1004),
        (None, 86400.0, -85398, 1002),
        (None, 1002.0, 1, 1003),
        (None, 1000.0, 0, None),
        (None, 1005.0, 0, None),
        (None, 2.0, 0, None),
        (None, 1002.9999, 0, 1003),
        (None, 1002.4, 0, 1002),
        (None, -1.0, 1002, 1001),
    ],
)
def test_the_frame_by_the_source_or_by_time(
    ofx_resolve: Host,
    staged_take: Path,
    source_frame: int | None,
    time: float,
    offset: int,
    wanted: int | None,
) -> None:
    with ofx_resolve.instance("filter", {"take": str(staged_take), "offset": offset}) as node:
        shown = node.render(SOURCE, time=time, source_frame=source_frame)
    assert frame_shown(shown, FROM_1001) == wanted


@pytest.mark.parametrize(
    ("source_first", "source_frame", "wanted"), [(990, 11, 1001), (1000, 2, 1002), (1003, 1, 1004)]
)
def test_the_media_may_begin_before_or_after_what_is_staged(
    ofx_resolve: Host, tmp_path: Path, source_first: int, source_frame: int, wanted: int
) -> None:
    stage = write_stage(tmp_path / "stage", FROM_1001, source_first=source_first)
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        assert frame_shown(node.render(SOURCE, source_frame=source_frame), FROM_1001) == wanted


def test_another_order_of_playing_goes_by_time_alone(ofx_resolve: Host, tmp_path: Path) -> None:
    played = {1: drawn(1004), 2: drawn(1003), 3: drawn(1002), 4: drawn(1001)}
    stage = write_stage(tmp_path / "stage", played, source_first=None)
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        shown = [
            frame_shown(node.render(SOURCE, time=float(time), source_frame=0), played) for time in range(6)
        ]
    assert shown == [None, 1, 2, 3, 4, None]


def test_a_held_last_frame_is_shown_as_often_as_it_is_staged(ofx_resolve: Host, tmp_path: Path) -> None:
    held = {1001: drawn(1001), 1002: drawn(1002), 1003: drawn(1002), 1004: drawn(1002)}
    stage = write_stage(tmp_path / "stage", held, source_first=None)
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        shown = [node.render(SOURCE, time=float(time)) for time in range(1001, 1006)]
    assert frame_shown(shown[0], drawn_frames(1001, 1002)) == 1001
    assert all(frame_shown(one, drawn_frames(1001, 1002)) == 1002 for one in shown[1:4])
    assert same_bits(shown[4], SOURCE)


@pytest.mark.parametrize("gone", [1001, 1002, 1004])
def test_a_frame_that_is_missing_is_the_source_and_never_a_neighbour(
    ofx_node: Path, tmp_path: Path, gone: int
) -> None:
    stage = write_stage(tmp_path / "stage")
    (stage / f"frame.{gone}.exr").unlink()
    for profile in (RESOLVE, NUKE):
        with Host(ofx_node, profile) as host, host.instance("filter", {"take": str(stage)}) as node:
            for frame in FROM_1001:
                node.playhead = float(frame)
                shown = node.render(SOURCE, time=float(frame))
                assert frame_shown(shown, FROM_1001) == (None if frame == gone else frame)
            node.playhead = float(gone)
            node.press("refresh")
            if profile is NUKE:
                assert f"Nothing is staged for frame {gone}" in str(node.value("label"))
        assert host.complaints == ()


def test_numbers_before_zero_are_numbers(ofx_resolve: Host, tmp_path: Path) -> None:
    frames = drawn_frames(-2, -1, 0, 1)
    stage = write_stage(tmp_path / "stage", {}, first=-2, last=1, source_first=-2)

    for number, name in (
        (-2, "frame.-0002.exr"),
        (-1, "frame.-0001.exr"),
        (0, "frame.0000.exr"),
        (1, "frame.0001.exr"),
    ):
        write_frame(stage / name, frames[number])
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        shown = [frame_shown(node.render(SOURCE, time=float(time)), frames) for time in range(-3, 3)]
        assert shown == [None, -2, -1, 0, 1, None]
        assert frame_shown(node.render(SOURCE, source_frame=1), frames) == -1


def test_padding_is_the_patterns(ofx_resolve: Host, tmp_path: Path) -> None:
    frames = {7: drawn(7), 12345: drawn(5)}
    stage = write_stage(tmp_path / "stage", {}, first=1, last=20000, pattern="fr.##.exr")

    write_frame(stage / "fr.07.exr", frames[7])
    write_frame(stage / "fr.12345.exr", frames[12345])
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        assert frame_shown(node.render(SOURCE, time=7.0), frames) == 7
        assert frame_shown(node.render(SOURCE, time=12345.0), frames) == 12345


def test_a_host_that_is_not_resolve_is_told_at_once_that_nothing_is_staged(
    ofx_node: Path, staged_take: Path
) -> None:
    with Host(ofx_node, NUKE) as host, host.instance("filter", {"take": str(staged_take)}) as node:
        node.render(SOURCE, time=77.0)
        assert node.was_identity
        node.render(SOURCE, time=1001.0)
        assert not node.was_identity
    assert host.complaints == ()


def test_newest_goes_to_the_newest_of_its_kind(ofx_resolve: Host, tmp_path: Path) -> None:
    base = tmp_path / "sh010" / "inpaint" / "ofx"
    old, new = (
        write_stage(base / "v001" / "log"),
        write_stage(base / "v002" / "log", drawn_frames(1001, 2002)),
    )
    write_stage(base / "v003" / "linear")
    (base / "newest.txt").write_text("log v001/log\nlinear v003/linear\nlog v002/log\n")
    with ofx_resolve.instance("filter", {"take": str(old)}) as node:
        node.press("newest")
        assert node.value("take") == str(new)
        node.press("newest")
        assert node.value("take") == str(new)
        assert "This is the newest take" in str(node.value("label"))
        assert frame_shown(node.render(SOURCE, time=2002.0), drawn_frames(2002)) == 2002


@pytest.mark.parametrize(
    "text", ["", "log ../../elsewhere\n", "log /etc/passwd\n", "linear v002/linear\n", "log v009\n"]
)
def test_newest_never_leaves_the_shot(ofx_resolve: Host, tmp_path: Path, text: str) -> None:
    base = tmp_path / "sh010" / "inpaint" / "ofx"
    stage = write_stage(base / "v001" / "log")
    (base / "newest.txt").write_text(text)
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        node.press("newest")
        assert node.value("take") == str(stage)
        assert "No newer take is staged beside this one" in str(node.value("label"))


def test_refresh_counts_so_that_the_host_renders_again(ofx_resolve: Host, tmp_path: Path) -> None:
    status = tmp_path / "status.txt"
    stage = write_stage(tmp_path / "stage", FROM_1001, status=status)
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        node.press("refresh")
        assert node.value("revision") == 1
        assert "sh010 inpaint v003" in str(node.value("label"))
        status.write_text("state running\nnote frame 12 of 48\n")
        node.press("refresh")
        assert node.value("revision") == 2
        assert "frame 12 of 48" in str(node.value("label"))


def test_analyse_leaves_one_whole_request(ofx_resolve: Host, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    stage = write_stage(tmp_path / "stage", FROM_1001, inbox=inbox)
    with ofx_resolve.instance("filter", {"take": str(stage)}) as node:
        node.playhead = 1003.0
        node.press("analyse")
        node.press("analyse")
        assert "asked to analyse" in str(node.value("label"))
        assert node.messages
    requests = sorted(inbox.iterdir())
    assert [path.suffix for path in requests] == [".request", ".request"]
    words = dict(line.split(" ", 1) for line in requests[0].read_text().splitlines())
    assert words == {
        "photodouble_request": "1",
        "take": "ab12" * 8,
        "staged": str(stage),
        "frame": "1003",
        "host": "DaVinciResolveLite",
        "wanted": "analyse",
    }


def test_analyse_without_an_inbox_says_so(ofx_resolve: Host, staged_take: Path, tmp_path: Path) -> None:
    gone = write_stage(tmp_path / "stage", FROM_1001, inbox=tmp_path / "nowhere")
    with ofx_resolve.instance("filter", {"take": str(staged_take)}) as node:
        node.press("analyse")
        assert "without an inbox" in str(node.value("label"))
        node.set("take", str(gone))
        node.press("analyse")
        assert "cannot be written" in str(node.value("label"))
    assert not (tmp_path / "nowhere").exists()
