"""The command line as an artist meets it: names, paths, settings, overrides."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import OpenEXR


def last_event(done) -> dict[str, object]:  # type: ignore[no-untyped-def]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def colours(path: Path) -> np.ndarray:  # type: ignore[type-arg]
    found: np.ndarray = OpenEXR.File(str(path)).channels()["RGB"].pixels  # type: ignore[type-arg]
    return found


def test_paths_with_spaces_and_other_scripts_work(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2), name="plates of Zoë 東京")
    output = tmp_path / "out put ü" / "clean.####.exr"
    done = photodouble("inpaint", "--plate", shot.plate, "--matte", shot.matte, "--output", output, "--json")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in output.parent.glob("clean*")) == ["clean.0001.exr", "clean.0002.exr"]
    assert Path(str(last_event(done)["manifest"])).is_file()


def test_negative_frames_go_through_to_the_output(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=range(-2, 1))
    output = tmp_path / "out" / "clean.####.exr"
    done = photodouble(
        "inpaint",
        "--plate",
        shot.plate,
        "--matte",
        shot.matte,
        "--output",
        output,
        "--frames",
        "-2-0",
        "--quiet",
    )
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in output.parent.glob("clean*"))
    assert names == ["clean.-0001.exr", "clean.-0002.exr", "clean.0000.exr"]


def test_the_output_is_a_copy_of_the_sealed_result(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    output = tmp_path / "clean.%04d.exr"
    done = photodouble(
        "inpaint",
        "--plate",
        shot.plate,
        "--matte",
        shot.matte,
        "--output",
        output,
        "--root",
        "takes",
        "--quiet",
    )
    assert done.returncode == 0, done.stderr
    result = tmp_path / "takes" / "plate" / "inpaint" / "v001" / "result" / "plate_inpaint_v001.0002.exr"
    assert (tmp_path / "clean.0002.exr").read_bytes() == result.read_bytes()


def test_resume_finishes_its_own_copy_but_never_replaces_a_strangers_file(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    assert photodouble(*command, "--output", "out/clean.####.exr").returncode == 0
    copies = [tmp_path / "out" / f"clean.{frame:04d}.exr" for frame in shot.frames]
    copies[1].unlink()
    assert photodouble(*command, "--output", "out/clean.####.exr", "--resume").returncode == 0
    assert copies[1].is_file()
    copies[0].write_bytes(b"somebody's work")
    assert photodouble(*command, "--output", "out/clean.####.exr", "--resume").returncode == 3
    assert copies[0].read_bytes() == b"somebody's work"


def test_names_come_from_flags_then_environment_then_file_name(tiny_shot, photodouble, tmp_path, monkeypatch):
    shot = tiny_shot(frames=(1,))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    assert photodouble(*command).returncode == 0
    assert photodouble(*command, "--shot", "sh020", "--show", "film", "--artist", "Ada").returncode == 0
    stored = json.loads((tmp_path / "takes" / "sh020" / "inpaint" / "v001" / "request.json").read_text())
    assert (stored["show"], stored["person"]) == ("film", "Ada")
    assert (tmp_path / "takes" / "plate" / "inpaint" / "v001").is_dir()


def test_the_environment_names_the_shot(tiny_shot, environment, tmp_path):
    import subprocess
    import sys

    shot = tiny_shot(frames=(1,))
    command = [
        "inpaint",
        "--plate",
        shot.plate,
        "--matte",
        shot.matte,
        "--root",
        str(tmp_path / "takes"),
        "--quiet",
    ]
    named = {**environment, "PHOTODOUBLE_SHOT": "sh030", "PHOTODOUBLE_ARTIST": "Grace"}
    done = subprocess.run(
        [sys.executable, "-m", "photodouble.cli.main", *command], env=named, capture_output=True
    )
    assert done.returncode == 0
    stored = json.loads((tmp_path / "takes" / "sh030" / "inpaint" / "v001" / "request.json").read_text())
    assert stored["person"] == "Grace"


def test_a_show_file_sets_where_takes_go_and_how_they_are_named(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1,))
    show = tmp_path / "film"
    show.mkdir()
    (show / "photodouble.toml").write_text(
        'name = "film"\ntakes_root = "elements"\ntake_template = "{show}/{shot}_{op}/take_{version:04d}"\n'
    )
    output = show / "comp" / "clean.####.exr"
    done = photodouble("inpaint", "--plate", shot.plate, "--matte", shot.matte, "--output", output, "--quiet")
    assert done.returncode == 0, done.stderr
    assert (show / "elements" / "film" / "plate_inpaint" / "take_0001" / "manifest.json").is_file()


def test_config_says_where_each_value_comes_from(photodouble, tmp_path):
    show = tmp_path / "film"
    show.mkdir()
    (show / "photodouble.toml").write_text('name = "film"\nworkers = 3\n')
    done = photodouble("config", "show", show, "--json")
    found = json.loads(done.stdout)
    assert found["workers"] == {"value": 3, "from": "show", "file": str(show / "photodouble.toml")}
    assert found["cache_limit_gb"] == {"value": 20.0, "from": "built-in", "file": ""}
    assert found["cache_folder"]["from"] == "user"


def test_a_settings_file_with_a_mistake_is_named(photodouble, tmp_path):
    (tmp_path / "photodouble.toml").write_text("worker = 3\n")
    done = photodouble("config", "show")
    assert done.returncode == 2
    assert "'worker'" in done.stderr


def test_describe_lists_operations_versions_and_devices(photodouble):
    found = json.loads(photodouble("describe").stdout)
    assert found["operations"]["inpaint"]["spec"]["key"] == "inpaint"
    assert found["operations"]["inpaint"]["values_schema"]["type"] == "object"
    assert found["devices"][0]["cores"] >= 1
    assert "numpy" in found["libraries"]


def test_an_overridden_frame_is_the_artists_and_the_others_are_not_recomputed_in_vain(
    tiny_shot, photodouble, tmp_path
):
    shot = tiny_shot(frames=(1, 2, 3))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    assert photodouble(*command).returncode == 0
    painted = tmp_path / "painted.0002.exr"
    plate = colours(shot.file("plate", 2)).copy()
    plate[...] = (0.25, 0.5, 0.75)
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File(header, {"RGB": plate}).write(str(painted))
    first = tmp_path / "takes" / "plate" / "inpaint" / "v001"
    done = photodouble(*command, "--override", f"2={painted}", "--parent", first)
    assert done.returncode == 0, done.stderr
    second = first.with_name("v002")
    inside = OpenEXR.File(str(shot.file("matte", 2))).channels()["A"].pixels > 0
    result = colours(second / "result" / "plate_inpaint_v002.0002.exr")
    assert np.array_equal(result[inside], plate[inside])
    assert np.array_equal(result[~inside], colours(shot.file("plate", 2))[~inside])
    kind = OpenEXR.File(str(second / "origin" / "plate_inpaint_v002.0002.exr")).channels()["kind"].pixels
    assert set(np.unique(kind)) <= {0.0, 4.0}


def test_a_locked_frame_keeps_the_picture_of_its_take(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2, 3))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    assert photodouble(*command).returncode == 0
    first = tmp_path / "takes" / "plate" / "inpaint" / "v001"
    kept = first / "result" / "plate_inpaint_v001.0002.exr"
    done = photodouble(*command, "--lock", f"2={kept}", "--parent", first, "--grain", "0", "--seed", "5")
    assert done.returncode == 0, done.stderr
    result = first.with_name("v002") / "result" / "plate_inpaint_v002.0002.exr"
    assert np.array_equal(colours(result), colours(kept))


def test_a_painted_frame_comes_back_and_the_rest_follows(tiny_shot, photodouble, tmp_path):
    import cv2

    shot = tiny_shot(frames=(1, 2, 3))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    assert photodouble(*command).returncode == 0
    first = tmp_path / "takes" / "plate" / "inpaint" / "v001"
    painted = tmp_path / "frame 2.tif"
    assert photodouble("paint", "out", 2, "--take", first, "--file", painted).returncode == 0
    inside = OpenEXR.File(str(shot.file("matte", 2))).channels()["A"].pixels > 0
    row, column = np.argwhere(inside)[len(np.argwhere(inside)) // 2]
    codes = cv2.imread(str(painted), cv2.IMREAD_UNCHANGED)
    codes[row, column] = 0
    cv2.imwrite(str(painted), codes)
    for _ in range(2):  # a second try finds the same override, the same request and its own copies
        done = photodouble("paint", "in", painted, "--run", "--quiet", "--output", "out/painted.####.exr")
        assert done.returncode == 0, done.stderr
    kept = tmp_path / "takes" / "paint"
    assert sorted(path.name for path in kept.iterdir()) == [
        "frame 2.override_v001.exr",
        "frame 2.override_v001.request.json",
    ]
    assert len(list(first.parent.glob("v*"))) == 2
    before = colours(first / "result" / "plate_inpaint_v001.0002.exr")
    after = colours(first.with_name("v002") / "result" / "plate_inpaint_v002.0002.exr")
    assert np.array_equal(np.argwhere((before != after).any(axis=2)), [[row, column]])
    assert np.array_equal(after[row, column], [0, 0, 0])


def test_strokes_outside_the_matte_are_said_and_not_used(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    plate = colours(shot.file("plate", 2)).copy()
    plate[0, 0] = (9, 9, 9)
    painted = tmp_path / "painted.0002.exr"
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File(header, {"RGB": plate}).write(str(painted))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    done = photodouble(*command, "--override", f"2={painted}")
    assert done.returncode == 0, done.stderr
    assert "frames 2 differ from the plate outside the matte" in done.stderr
    result = colours(
        tmp_path / "takes" / "plate" / "inpaint" / "v001" / "result" / "plate_inpaint_v001.0002.exr"
    )
    assert np.array_equal(result[0, 0], colours(shot.file("plate", 2))[0, 0])


def test_the_demo_measures_itself_and_names_the_picture_to_open(photodouble, tmp_path):
    done = photodouble("demo", "--output", "demo", "--frames", "4", "--size", "160x96", "--quiet")
    assert done.returncode == 0, done.stderr
    sheet = tmp_path / "demo" / "contact_sheet.png"
    assert done.stdout.splitlines()[-1] == f"Look at: {sheet}"
    assert sheet.stat().st_size > 10_000
    assert "bit for bit the plate" in done.stdout


def test_layers_hold_every_output_in_one_exr(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    done = photodouble(*command, "--output", "out/all.####.exr", "--layers")
    assert done.returncode == 0, done.stderr
    packed = OpenEXR.File(str(tmp_path / "out" / "all.0002.exr"), separate_channels=True).channels()
    assert sorted(packed) == [
        "B", "G", "R", "confidence", "fill.B", "fill.G", "fill.R", "matte.A", "origin.frame", "origin.kind",
    ]  # fmt: skip
    matte = OpenEXR.File(str(shot.file("matte", 2))).channels()["A"].pixels
    result = colours(
        tmp_path / "takes" / "plate" / "inpaint" / "v001" / "result" / "plate_inpaint_v001.0002.exr"
    )
    assert np.array_equal(packed["matte.A"].pixels, matte)
    assert np.array_equal(packed["R"].pixels, result[..., 0])
    assert np.array_equal(packed["fill.G"].pixels.astype(np.float16)[matte > 0], result[..., 1][matte > 0])
    assert set(np.unique(packed["origin.kind"].pixels[matte == 0])) == {0.0}
    assert set(np.unique(packed["confidence"].pixels[matte == 0])) == {1.0}


def test_painting_a_frame_again_leaves_the_override_of_the_older_take(tiny_shot, photodouble, tmp_path):
    import cv2

    shot = tiny_shot(frames=(1,))
    assert photodouble("paint", "out", 1, "--plate", shot.plate, "--file", "frame.png").returncode == 0
    names = []
    for code in (0, 65535, 65535):
        codes = cv2.imread(str(tmp_path / "frame.png"), cv2.IMREAD_UNCHANGED)
        codes[3, 3] = code
        cv2.imwrite(str(tmp_path / "frame.png"), codes)
        names.append(
            Path(json.loads(photodouble("paint", "in", "frame.png", "--json").stdout)["override"]).name
        )
    assert names == ["frame.override_v001.exr", "frame.override_v002.exr", "frame.override_v002.exr"]
    again = photodouble("paint", "in", "frame.png", "--to", "frame.override_v001.exr")
    assert again.returncode == 3


def test_a_frame_that_nobody_painted_writes_nothing(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1,))
    sent = photodouble("paint", "out", 1, "--plate", shot.plate)
    assert "Everything inside the matte will be taken from the painted picture" in sent.stdout
    file = tmp_path / "takes" / "paint" / "plate.0001.paint.tif"
    there = sorted(file.parent.iterdir())
    done = photodouble("paint", "in", file)
    assert done.returncode == 0
    assert "Nothing was painted" in done.stdout
    assert sorted(file.parent.iterdir()) == there


def test_a_painted_plate_has_no_take_to_run(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1,))
    assert photodouble("paint", "out", 1, "--plate", shot.plate, "--file", "frame.png").returncode == 0
    done = photodouble("paint", "in", "frame.png", "--run")
    assert done.returncode == 3
    assert "There is no take to make anew" in done.stderr
    gone = photodouble("paint", "in", "gone.png")
    assert "gone.png does not exist" in gone.stderr


def test_strokes_outside_the_matte_are_counted(tiny_shot, photodouble, tmp_path):
    import cv2

    shot = tiny_shot(frames=(1, 2))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    assert photodouble(*command).returncode == 0
    sent = photodouble("paint", "out", 2, "--take", "v001", "--json")
    file = Path(json.loads(sent.stdout)["file"])
    codes = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    codes[0, :3] = 65535  # outside
    codes[20, 20] = 65535  # inside
    cv2.imwrite(str(file), codes)
    found = json.loads(photodouble("paint", "in", file, "--json").stdout)
    assert (found["pixels"], found["outside"]) == (4, 3)


def test_a_frame_for_painting_is_not_written_over_strokes(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1,))
    command = ["paint", "out", 1, "--plate", shot.plate, "--file", "frame.tif"]
    assert photodouble(*command).returncode == 0
    assert photodouble(*command).returncode == 3
    assert photodouble(*command, "--overwrite").returncode == 0


def test_a_finished_command_with_resume_succeeds_again_whatever_it_copied(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    copies = ["--output", "out/clean.####.exr"]
    layers = ["--output", "layers/clean.####.exr", "--layers"]
    assert photodouble(*command, *copies).returncode == 0
    assert photodouble(*command, *layers).returncode == 0
    for again in (copies, layers):
        done = photodouble(*command, *again, "--resume")
        assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "takes" / "plate" / "inpaint").glob("v*"))) == 2


def test_a_chunk_says_that_nothing_is_copied_yet(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    command = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes", "--quiet"]
    assert photodouble(*command, "--json").returncode == 0
    stored = json.loads((tmp_path / "takes" / "plate" / "inpaint" / "v001" / "request.json").read_text())
    request = tmp_path / "request.json"
    request.write_text(json.dumps({**stored, "take": "f" * 32}))
    chunk = photodouble("run", request, "--frames", "1", "--output", "out/clean.####.exr", "--quiet")
    assert chunk.returncode == 0
    assert "Nothing is copied to the output yet" in chunk.stderr
    last = photodouble("run", request, "--output", "out/clean.####.exr", "--quiet", "--json")
    assert last_event(last)["take"] == "plate/inpaint/v002"
    assert Path(str(last_event(last)["folder"])).is_dir()
    assert (tmp_path / "out" / "clean.0002.exr").is_file()


def test_a_farm_makes_one_take_from_a_saved_request(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2, 3))
    saved = ["inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", "takes"]
    said = photodouble(*saved, "--save-request", "shot.json", "--resume", "--output", "out/clean.####.exr")
    assert "shot.json' --output 'out/clean.####.exr'" in said.stdout
    assert len(json.loads((tmp_path / "shot.json").read_text())["take"]) == 32
    assert not (tmp_path / "takes").exists()
    for more in (["--frames", "1"], ["--frames", "2-3"], ["--output", "out/clean.####.exr"]):
        for _ in range(2):  # the second try of a farm
            done = photodouble("run", "shot.json", "--quiet", *more)
            assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "takes" / "plate" / "inpaint").iterdir()] == ["v001"]
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert photodouble(*saved, "--save-request", "shot.json").returncode == 3
