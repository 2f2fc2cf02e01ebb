"""Tracks that other programs wrote: the same points, whatever they are counted in."""

from __future__ import annotations

import json

import moving_face
import numpy as np
import pytest

from photodouble.ops.deage.face import after, apply
from photodouble.ops.deage.import_tracks import face_from_tracks, read_tracks
from photodouble_client.errors import ArtistError

HEIGHT, WIDTH, FRAMES = 240, 320, tuple(range(1001, 1009))
TRUTH = [moving_face.moved(at / 16, scale=1.3, middle=(160, 120)) for at in range(8)]
PLACES = np.stack([apply(one, moving_face.LANDMARKS) for one in TRUTH])


def _curve(values) -> str:
    return "{curve x1001 " + " ".join(f"{value:.9g}" for value in values) + "}"


def _tracker4() -> str:
    up = HEIGHT - PLACES[..., 1] - 0.5
    columns = "{ { 5 1 20 enable e 1 } \n{ 3 1 75 name name 1 } \n{ 2 1 58 track_x track_x 1 } \n"
    columns += "{ 2 1 58 track_y track_y 1 } \n{ 4 1 27 T T 1 } \n}"
    across, count = PLACES[..., 0] + 0.5, PLACES.shape[1]
    rows = "".join(
        f' {{ {{curve K x1001 1}} "track {at}" {_curve(across[:, at])} {_curve(up[:, at])} 1 }} \n'
        for at in range(count)
    )
    return (
        "set cut_paste_input [stack 0]\nversion 13.2 v5\nTracker4 {\n inputs 0\n"
        f" tracks {{ {{ 1 5 {PLACES.shape[1]} }} \n{columns} \n{{ \n{rows}}} \n}}\n"
        " name Tracker1\n xpos 10\n}\n"
    )


def _corner_pin() -> str:
    up = HEIGHT - PLACES[..., 1] - 0.5
    lines = [f" to{n + 1} {{{_curve(PLACES[:, n, 0] + 0.5)} {_curve(up[:, n])}}}" for n in range(4)]
    return "CornerPin2D {\n" + "\n".join(lines) + "\n from1 {0 0}\n name Pin\n}\n"


def _syntheyes() -> str:
    u, v = (PLACES[..., 0] + 0.5) / WIDTH * 2 - 1, (PLACES[..., 1] + 0.5) / HEIGHT * 2 - 1
    return "".join(
        f"Tracker {at + 1} {frame} {u[row, at]:.9f} {v[row, at]:.9f} 15\n"
        for at in range(PLACES.shape[1])
        for row, frame in enumerate(FRAMES)
    )


def _json() -> str:
    points = [
        {
            "name": str(at),
            "frames": {
                str(frame): {"place": (PLACES[row, at] + 0.5).tolist()} for row, frame in enumerate(FRAMES)
            },
        }
        for at in range(PLACES.shape[1])
    ]
    return json.dumps({"schema": 1, "kind": "points", "reference": 1001, "points": points})


@pytest.mark.parametrize(
    ("write", "count"),
    [(_tracker4, 8), (_corner_pin, 4), (_syntheyes, 8), (_json, 8)],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_every_format_gives_the_same_places(tmp_path, write, count) -> None:
    path = tmp_path / "track.txt"
    path.write_text(write())
    tracks = read_tracks(path, (HEIGHT, WIDTH))
    assert len(tracks) == count
    for at, track in enumerate(tracks):
        assert tuple(track.places) == FRAMES
        np.testing.assert_allclose([track.places[frame] for frame in FRAMES], PLACES[:, at], atol=2e-4)


@pytest.mark.parametrize("write", [_tracker4, _corner_pin, _syntheyes, _json])
def test_an_imported_track_holds_the_face_still(tmp_path, write) -> None:
    path = tmp_path / "track.txt"
    path.write_text(write())
    track = face_from_tracks(read_tracks(path, (HEIGHT, WIDTH)), FRAMES)
    places = np.stack(
        [
            apply(after(track.to_face(frame), TRUTH[row]), moving_face.LANDMARKS)
            for row, frame in enumerate(FRAMES)
        ]
    )
    assert track.kind == "import"
    assert np.abs(places - places.mean(axis=0)).max() < 0.01


def test_a_track_made_on_a_plate_of_another_height_does_not_fit(tmp_path) -> None:
    path = tmp_path / "track.nk"
    path.write_text(_tracker4())
    wrong = read_tracks(path, (HEIGHT + 8, WIDTH))
    assert abs(wrong[0].places[1001][1] - PLACES[0, 0, 1] - 8) < 1e-3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no tracked points"),
        ("one two three\n", "Line 1"),
        ("a 1001 500 200\nb 1001 5 6\n", "counts in"),
        ("Tracker4 {\n tracks { { 1 31 1 }\n", "cut short"),
        ("CornerPin2D {\n to1 {1 2}\n name Pin\n}\n", "animated"),
        ("CornerPin2D {\n to1 {{frame*2} {curve x1 1 2}}\n name Pin\n}\n", "expression"),
        ('{"schema": 2}', "schema 1"),
    ],
)
def test_files_that_are_no_tracks_are_refused(tmp_path, text, said) -> None:
    path = tmp_path / "track.txt"
    path.write_text(text)
    with pytest.raises(ArtistError) as caught:
        read_tracks(path, (HEIGHT, WIDTH))
    assert caught.value.code == "input.bad_document"
    assert said in caught.value.message


@pytest.mark.parametrize("said", ["shares", "pixels", "pixels_up"])
def test_a_list_says_what_it_counts_in(tmp_path, said) -> None:
    x, y = PLACES[0, 0] + 0.5
    x, y = {"shares": (x / WIDTH, y / HEIGHT), "pixels": (x, y), "pixels_up": (x, HEIGHT - y)}[said]
    path = tmp_path / "track.txt"
    path.write_text(f"# counts in {said}\nnose 1001 {x:.9f} {y:.9f}\n")
    (track,) = read_tracks(path, (HEIGHT, WIDTH))
    np.testing.assert_allclose(track.places[1001], PLACES[0, 0], atol=1e-5)


def test_two_points_are_too_few(tmp_path) -> None:
    path = tmp_path / "track.txt"
    path.write_text("\n".join(line for line in _syntheyes().splitlines() if line[8] in "12"))
    with pytest.raises(ArtistError) as caught:
        face_from_tracks(read_tracks(path, (HEIGHT, WIDTH)), FRAMES)
    assert caught.value.code == "input.few_points"


def test_a_frame_the_track_does_not_hold_lies_between_its_neighbours(tmp_path) -> None:
    path = tmp_path / "track.txt"
    path.write_text("\n".join(line for line in _syntheyes().splitlines() if " 1004 " not in line))
    track = face_from_tracks(read_tracks(path, (HEIGHT, WIDTH)), FRAMES)
    assert track.valid.tolist() == [True] * 3 + [False] + [True] * 4
    middle = apply(after(track.to_face(1004), TRUTH[3]), moving_face.LANDMARKS)
    near = apply(after(track.to_face(1003), TRUTH[2]), moving_face.LANDMARKS)
    held = apply(after(track.to_face(1003), TRUTH[3]), moving_face.LANDMARKS)
    assert np.abs(middle - near).max() < 0.5 * np.abs(held - near).max()


def test_brackets_without_end_are_refused(tmp_path) -> None:
    path = tmp_path / "track.nk"
    path.write_text("Tracker4 {\n tracks " + "{" * 5000 + "}" * 5000 + "\n}\n")
    with pytest.raises(ArtistError, match="brackets within brackets"):
        read_tracks(path, (HEIGHT, WIDTH))
