"""The commands around takes, run as an artist runs them."""

from __future__ import annotations

import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble.takes.standing import Decision, decide
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput


@pytest.fixture
def take_of(request_for: Callable[..., JobRequest], settings: Settings) -> Callable[..., Take]:
    def make(shot, /, **fields: object) -> Take:  # type: ignore[no-untyped-def]
        chunk = fields.pop("chunk", None)
        frames = FrameRange.from_text(str(chunk)) if chunk else None
        request = request_for(shot, **{"person": "Ada", **fields})
        return run_job(request, JobOptions(frames=frames, settings=settings)).take

    return make


def answer(run, *arguments: object, status: int = 0):  # type: ignore[no-untyped-def]
    done = run(*arguments, "--json")
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def test_takes_are_listed_newest_first_with_their_status(tiny_shot, take_of, photodouble):
    shot = tiny_shot(frames=(1, 2))
    take_of(shot)
    take_of(shot, chunk="1")
    rows = answer(photodouble, "takes", "list")
    assert [(row["name"], row["status"], row["range"], row["person"]) for row in rows] == [
        ("sh010/inpaint/v002", "unfinished, 1 of 2", "1-2", "Ada"),
        ("sh010/inpaint/v001", "finished", "1-2", "Ada"),
    ]


def test_a_take_is_shown_by_name_by_id_and_by_folder(tiny_shot, take_of, photodouble):
    take = take_of(tiny_shot(frames=(1, 2)), values={"matte_grow": 1})
    shown = [
        answer(photodouble, "takes", "show", name) for name in (take.label, take.take_id[:8], take.folder)
    ]
    assert {row["take"] for row in shown} == {take.take_id}
    assert shown[0]["values"] == {"matte_grow": 1}
    assert shown[0]["figures"]["filled_pixels"] > 100


def test_an_unknown_take_is_a_plain_error(photodouble):
    done = photodouble("takes", "show", "sh010/inpaint/v009")
    assert done.returncode == 5
    assert done.stderr.splitlines()[0] == "There is no such take"
    assert "Traceback" not in done.stderr


def test_a_take_whose_inputs_are_unchanged_is_current(tiny_shot, take_of, photodouble):
    take = take_of(tiny_shot(frames=(1, 2)))
    assert answer(photodouble, "takes", "check", take.label)["current"] is True


def test_check_names_the_plate_frame_that_changed(tiny_shot, take_of, photodouble):
    shot = tiny_shot(frames=(1, 2, 3))
    take = take_of(shot)
    shot.file("plate", 2).write_bytes(shot.file("plate", 3).read_bytes())
    found = answer(photodouble, "takes", "check", take.label, status=1)
    assert [(change["what"], change["frames"]) for change in found["changes"]] == [("plate", "2")]


def test_check_names_a_matte_that_changed_and_one_that_is_gone(tiny_shot, take_of, photodouble):
    shot = tiny_shot(frames=(1, 2, 3))
    take = take_of(shot)
    shot.file("matte", 1).write_bytes(shot.file("matte", 3).read_bytes())
    shot.file("matte", 2).unlink()
    found = answer(photodouble, "takes", "check", take.label, status=1)
    assert [(change["what"], change["message"]) for change in found["changes"]] == [
        ("matte", "the matte has other content at frame 1"),
        ("matte", "the matte is gone at frame 2"),
    ]


def test_check_names_a_clean_plate_that_changed(tiny_shot, take_of, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    clean = tiny_shot(frames=(1,), name="clean")
    inputs = {
        "plate": PortInput(shot.plate),
        "matte": PortInput(shot.matte),
        "clean_plate": PortInput(clean.plate),
    }
    take = take_of(shot, inputs=inputs)
    tiny_shot(frames=(1,), name="clean", seed=9)
    found = answer(photodouble, "takes", "check", take.label, status=1)
    assert [(change["what"], change["frames"]) for change in found["changes"]] == [("clean plate", "1")]


def test_check_against_another_request_names_parameter_and_range(tiny_shot, take_of, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2, 3))
    take = take_of(shot, range=FrameRange((1, 2)))
    stored = json.loads((take.folder / "request.json").read_text())
    stored["range"] = "1-3"
    stored["values"]["matte_grow"] = 4
    other = tmp_path / "other.json"
    other.write_text(json.dumps(stored))
    found = answer(photodouble, "takes", "check", take.label, "--against", other, status=1)
    assert [(change["what"], change["message"]) for change in found["changes"]] == [
        ("parameter", "matte_grow was 0 and is now 4"),
        ("range", "the range was 1-2 and is now 1-3"),
    ]


def test_check_finds_a_picture_of_the_take_that_was_altered(tiny_shot, take_of, photodouble):
    take = take_of(tiny_shot(frames=(1, 2)))
    picture = take.picture("result", 2, "exr")
    picture.write_bytes(picture.read_bytes()[:-1] + b"\0")
    found = answer(photodouble, "takes", "check", take.label, status=1)
    assert [(change["what"], change["frames"]) for change in found["changes"]] == [("take", "2")]


def test_size_tells_what_a_take_shares_with_its_parent(tiny_shot, take_of, photodouble):
    shot = tiny_shot(frames=(1, 2))
    first = take_of(shot)
    take_of(shot, parent=first.take_id)
    rows = {row["name"]: row for row in answer(photodouble, "takes", "size")}
    second = rows["sh010/inpaint/v002"]
    assert 0 < second["own_bytes"] < second["bytes"]


@pytest.mark.parametrize("suffix", ["tar", "zip"])
def test_an_archive_holds_every_file_of_the_take(tiny_shot, take_of, photodouble, tmp_path, suffix):
    take = take_of(tiny_shot(frames=(1, 2)))
    target = tmp_path / f"take one.{suffix}"
    found = answer(photodouble, "takes", "archive", take.label, target)
    with tarfile.open(target) if suffix == "tar" else zipfile.ZipFile(target) as packed:
        names = packed.getnames() if isinstance(packed, tarfile.TarFile) else packed.namelist()
    assert found["files"] == len(names)
    assert "sh010/inpaint/v001/manifest.json" in names
    assert "sh010/inpaint/v001/result/sh010_inpaint_v001.0002.exr" in names


def test_a_damaged_take_is_not_archived(tiny_shot, take_of, photodouble, tmp_path):
    take = take_of(tiny_shot(frames=(1, 2)))
    picture = take.picture("fill", 1, "exr")
    picture.write_bytes(picture.read_bytes()[:-1] + b"\0")
    done = photodouble("takes", "archive", take.label, tmp_path / "take.tar")
    assert done.returncode == 3
    assert "fill/sh010_inpaint_v001.0001.exr" in done.stderr
    assert not (tmp_path / "take.tar").exists()


def test_prune_says_first_and_removes_only_when_asked(tiny_shot, take_of, photodouble):
    shot = tiny_shot(frames=(1,))
    takes = [take_of(shot) for _ in range(3)]
    plan = answer(photodouble, "takes", "prune")
    assert plan["go"] == ["sh010/inpaint/v002", "sh010/inpaint/v001"]
    assert all(take.folder.is_dir() for take in takes)
    answer(photodouble, "takes", "prune", "--yes")
    assert [take.folder.is_dir() for take in takes] == [False, False, True]


def test_prune_keeps_approved_locked_used_and_unfinished_takes(tiny_shot, take_of, photodouble):
    shot = tiny_shot(frames=(1, 2))
    approved, locked, used, plain = (take_of(shot) for _ in range(4))
    take_of(shot, chunk="1")
    painted = {1: str(used.picture("result", 1, "exr"))}
    take_of(shot, overrides=painted)
    assert photodouble("person", "add", "ada").returncode == 0
    assert photodouble("takes", "approve", approved.label, "--by", "ada").returncode == 0
    assert photodouble("takes", "lock", locked.label, "--by", "Ada").returncode == 0
    plan = answer(photodouble, "takes", "prune")
    assert plan["go"] == [plain.label]
    assert plan["stay"] == {
        "sh010/inpaint/v001": ["approved"],
        "sh010/inpaint/v002": ["locked"],
        "sh010/inpaint/v003": ["used by sh010/inpaint/v006"],
        "sh010/inpaint/v005": ["unfinished"],
        "sh010/inpaint/v006": ["newest"],
    }


def test_a_decision_needs_a_named_person(tmp_path):
    with pytest.raises(ArtistError, match="Nobody is named"):
        decide(tmp_path, Decision("a" * 32, "lock", " "))
    assert not (tmp_path / "decisions.jsonl").exists()


def test_an_approval_cannot_be_noted_without_a_signature(tmp_path):
    with pytest.raises(ArtistError, match="without one"):
        decide(tmp_path, Decision("a" * 32, "approve", "Ada"))
    assert not (tmp_path / "decisions.jsonl").exists()


def test_a_mark_is_noted_for_the_artist_who_is_at_work(tiny_shot, take_of, photodouble, tmp_path):
    take = take_of(tiny_shot(frames=(1,)))
    user = tmp_path / "user.toml"
    user.write_text(user.read_text() + 'artist = "Grace"\n')
    assert answer(photodouble, "takes", "lock", take.label)["person"] == "Grace"
    shown = answer(photodouble, "takes", "show", take.label)
    assert shown["marks"] == [{"word": "lock", "person": "Grace"}]


def test_a_take_is_found_by_everything_that_names_only_it(tiny_shot, take_of, photodouble, tmp_path):
    shot = tiny_shot(frames=(1,))
    first, second = take_of(shot), take_of(shot)
    root = ["--root", tmp_path / "takes"]
    for name in (
        "v001",
        "inpaint/v001",
        "sh010/inpaint/v001/",
        first.take_id[:5],
        first.folder / "request.json",
    ):
        assert answer(photodouble, "takes", "show", name, *root)["take"] == first.take_id
    several = photodouble("takes", "show", "nothing", *root)
    assert "takes list" in several.stderr
    take_of(shot, shot="sh020")
    several = photodouble("takes", "show", "v001", *root)
    assert several.returncode == 5
    assert "sh010/inpaint/v001, sh020/inpaint/v001" in several.stderr
    file = tmp_path / "stroke.tif"
    sent = answer(photodouble, "paint", "out", 1, "--take", "sh010/inpaint/v002", *root, "--file", file)
    assert json.loads(Path(sent["sheet"]).read_text())["source"].startswith(str(second.folder))


def test_a_take_named_by_its_folder_is_decided_on_where_it_lies(tiny_shot, take_of, photodouble, tmp_path):
    take = take_of(tiny_shot(frames=(1,)), output_root=str(tmp_path / "elsewhere"))
    assert photodouble("takes", "lock", take.folder, "--by", "Ada").returncode == 0
    assert (tmp_path / "elsewhere" / "decisions.jsonl").is_file()
    assert answer(photodouble, "takes", "show", take.folder)["status"] == "finished, locked"
    assert not (tmp_path / "takes").exists()


def test_show_says_what_a_take_was_made_from(tiny_shot, take_of, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    first = take_of(shot)
    own = str(first.picture("result", 2, "exr"))
    take_of(shot, parent=first.take_id, overrides={1: str(shot.file("plate", 1))}, locks={2: own})
    said = photodouble("takes", "show", "v002").stdout
    assert "parent     sh010/inpaint/v001" in said
    assert f"  1                    {shot.file('plate', 1)}" in said
    assert f"  2                    {own}" in said
    assert "values     all defaults" in said
    figures = answer(photodouble, "takes", "show", "v002")["figures"]
    assert sum(value for key, value in figures.items() if key.startswith("share_")) == pytest.approx(
        1, abs=1e-3
    )


def test_the_list_is_a_table_with_a_heading(tiny_shot, take_of, photodouble):
    take_of(tiny_shot(frames=(1,)), shot="a_shot_with_a_name_longer_than_any_column_was_before")
    take_of(tiny_shot(frames=(1,)))
    lines = photodouble("takes", "list").stdout.splitlines()
    assert lines[0].split() == ["TAKE", "STATUS", "FRAMES", "ID", "ARTIST"]
    assert len({line.index(word) for line, word in zip(lines, ("STATUS", "finished", "finished"))}) == 1


def test_a_root_of_nothing_is_explained(photodouble, tiny_shot, take_of, tmp_path):
    for word in ("list", "size", "prune"):
        done = photodouble("takes", word, "--root", "nowhere")
        assert "There are no takes in" in done.stdout
        assert "--root" in done.stdout
    take_of(tiny_shot(frames=(1,)), output_root=str(tmp_path / "clean" / "takes"))
    assert f"--root '{tmp_path}/clean/takes'" in photodouble("takes", "list").stdout


def test_prune_keeps_the_parents_of_kept_takes_and_no_count_below_nothing(tiny_shot, take_of, photodouble):
    shot = tiny_shot(frames=(1,))
    first = take_of(shot)
    plain = take_of(shot)
    take_of(shot, parent=first.take_id)
    plan = answer(photodouble, "takes", "prune")
    assert plan["go"] == [plain.label]
    assert plan["stay"][first.label] == ["parent of sh010/inpaint/v003"]
    refused = photodouble("takes", "prune", "--keep", "-1")
    assert refused.returncode == 2
    assert "-1 is less than 0" in refused.stderr


def test_the_number_of_a_pruned_take_is_never_given_again(tiny_shot, take_of, photodouble):
    shot = tiny_shot(frames=(1,))
    for _ in range(2):
        take_of(shot)
    answer(photodouble, "takes", "prune", "--keep", 0, "--yes")
    assert take_of(shot).version == 3


def test_the_cache_is_shown_and_cleared(tiny_shot, take_of, photodouble):
    take_of(tiny_shot(frames=(1, 2)))
    shown = answer(photodouble, "cache", "show")
    assert len(shown["entries"]) == 1
    assert shown["bytes"] > 0
    refused = photodouble("cache", "clear")
    assert refused.returncode == 2
    assert "shared by all your shows" in refused.stderr
    assert answer(photodouble, "cache", "clear", "--yes") == {"cleared": 1}
    assert answer(photodouble, "cache", "show")["entries"] == []


def test_check_names_a_painted_frame_that_changed(tiny_shot, take_of, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    painted = tmp_path / "painted.0002.exr"
    painted.write_bytes(shot.file("plate", 2).read_bytes())
    take = take_of(shot, overrides={2: str(painted)})
    assert answer(photodouble, "takes", "check", take.label)["current"] is True
    painted.write_bytes(shot.file("plate", 1).read_bytes())
    found = answer(photodouble, "takes", "check", take.label, status=1)
    assert [(change["what"], change["frames"]) for change in found["changes"]] == [("painted frame", "2")]


def test_a_full_cache_is_shown_as_one_line_and_its_ten_largest(photodouble, tmp_path):
    for number in range(13):
        entry = tmp_path / "cache" / f"{number:064x}"
        entry.mkdir(parents=True)
        (entry / "record.npy").write_bytes(b"0" * 1000 * (number + 1))
    lines = photodouble("cache", "show").stdout.splitlines()
    assert lines[0].startswith("13 analyses")
    assert "share" in lines[1]
    assert lines[-1] == "  and 3 smaller ones: see them with --all"
    assert len(lines) == 13
    assert len(photodouble("cache", "show", "--all").stdout.splitlines()) == 15


def test_a_prompt_s_control_signs_never_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from photodouble.cli.takes_list import _tell_take

    row: dict[str, object] = dict.fromkeys(("name", "take", "status", "range", "person", "folder"), "x")
    row |= {"parent_name": "", "decisions": [], "marks": [], "inputs": {}, "overrides": {}, "locks": {}}
    _tell_take({**row, "values": {"prompt": "a \x1b[31mred\u202e wäll"}, "figures": {}})
    told = capsys.readouterr()
    assert r"a \x1b[31mred\x202e wäll" in told.out + told.err
