"""The farm's commands as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photodouble.cli.farm import default_folder
from photodouble.cli.main import main
from photodouble.farm.bundle import read_values
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest


@pytest.fixture
def saved(tiny_shot, tmp_path, monkeypatch, environment) -> Path:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    shot = tiny_shot(frames=(1, 2, 3))
    request = JobRequest(
        "inpaint",
        inputs=shot.inputs,
        range=FrameRange(shot.frames),
        output_root=str(tmp_path / "takes"),
        shot="a",
    )
    path = tmp_path / "a.json"
    path.write_text(request.to_text(), encoding="utf-8")
    return path


def told_by(capsys, *words: object) -> tuple[int, str, str]:  # type: ignore[no-untyped-def]
    status = main([str(word) for word in words])
    said = capsys.readouterr()
    return status, said.out, said.err


def template_of(folder: Path) -> str:
    return (folder / "template.json").read_text(encoding="utf-8")


def test_the_bundle_goes_beside_the_request_and_says_what_to_do_with_it(saved, capsys, tmp_path):
    status, out, _ = told_by(capsys, "farm", "bundle", saved)
    assert status == 0
    assert f"photodouble farm run '{tmp_path / 'a-farm'}'" in out
    assert read_values(tmp_path / "a-farm")["ChunkSize"] == 10


def test_the_bundle_of_a_take_goes_where_one_is_and_not_among_the_takes(tmp_path, monkeypatch):
    take = tmp_path / "takes" / "a" / "inpaint" / "v001"
    take.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert default_folder(str(take)) == tmp_path / "v001-farm"


def test_every_flag_of_the_machines_reaches_the_bundle(saved, capsys, tmp_path):
    flags = ["--chunk", "2", "--program", "/opt/pd", "--memory", "2.5", "--gpu-memory", "4", "--timeout", "5"]
    flags += ["--cold", "--output", "out/c.####.exr", "--layers", "--overwrite", "--json"]
    status, out, _ = told_by(capsys, "farm", "bundle", saved, "--to", "b", *flags)
    assert (status, json.loads(out)["tasks"]) == (0, 2)
    values, template = read_values(tmp_path / "b"), template_of(tmp_path / "b")
    assert (values["ChunkSize"], values["Photodouble"]) == (2, "/opt/pd")
    assert values["Copies"] == str(tmp_path / "out" / "c.####.exr")
    assert all(word in template for word in ('"min": 2560', '"min": 4096', '"timeout": 300', '"--layers"'))
    assert "stepEnvironments" not in template


@pytest.mark.parametrize(
    "flag", [["--chunk", "0"], ["--memory", "-1"], ["--memory", "inf"], ["--timeout", "x"]]
)
def test_a_number_that_cannot_be_is_refused_in_plain_words(saved, capsys, flag):
    status, _, err = told_by(capsys, "farm", "bundle", saved, *flag)
    assert status == 2
    assert flag[1] in err


def test_a_bundle_that_is_cut_already_cannot_be_cut_otherwise(saved, capsys):
    assert told_by(capsys, "farm", "bundle", saved)[0] == 0
    status, _, err = told_by(capsys, "farm", "run", "a-farm", "--chunk", "2")
    assert status == 2
    assert "--chunk" in err


def test_commands_of_a_request_without_a_take_lead_to_the_bundle(saved, capsys):
    status, _, err = told_by(capsys, "farm", "commands", saved)
    assert status == 3
    assert "photodouble farm bundle" in err
    assert told_by(capsys, "farm", "bundle", saved)[0] == 0
    status, out, _ = told_by(capsys, "farm", "commands", "a-farm")
    assert status == 0
    assert "--step analyse" in out


def test_each_step_says_what_it_did(saved, capsys):
    assert told_by(capsys, "farm", "bundle", saved)[0] == 0
    request = "a-farm/request.json"
    assert "is analysed" in told_by(capsys, "run", request, "--step", "analyse")[1]
    assert "still missing" in told_by(capsys, "run", request, "--step", "frames", "--frames", "1-2")[1]
    status, _, err = told_by(capsys, "run", request, "--step", "finish")
    assert status == 5
    assert "Frames 3 " in err
    assert "is finished" in told_by(capsys, "run", request, "--step", "frames")[1]
    assert "is finished" in told_by(capsys, "run", request, "--step", "finish")[1]


def test_a_stepped_chunk_of_the_farm_is_understood(saved, capsys, tmp_path):
    assert told_by(capsys, "farm", "bundle", saved)[0] == 0
    words = ["run", "a-farm/request.json", "--step", "frames", "--openjd", "--frames=1-3:2"]
    assert told_by(capsys, *words)[0] == 0
    records = (tmp_path / "takes" / "a" / "inpaint" / "v001" / "frames").iterdir()
    assert sorted(path.name for path in records) == ["1.json", "3.json"]


def test_other_pictures_under_another_root_are_refused(saved, capsys, tmp_path, tiny_shot):
    assert told_by(capsys, "farm", "bundle", saved)[0] == 0
    assert told_by(capsys, "run", "a-farm/request.json", "--step", "analyse")[0] == 0
    tiny_shot(frames=(1, 2, 3), name="other", seed=4)
    moved = f"{tmp_path / 'in'}={tmp_path / 'other'}"
    status, out, _ = told_by(
        capsys, "run", "a-farm/request.json", "--step", "frames", "--path-map", moved, "--openjd"
    )
    assert status == 5
    assert out.strip().endswith("(engine.take_mismatch)")
