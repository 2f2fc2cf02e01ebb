"""A bundle is a template that Open Job Description accepts, and the values, files and request of one take."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from photodouble.farm.bundle import ASSETS, REQUEST, TEMPLATE, VALUES, read_values, write_bundle
from photodouble.farm.options import FarmOptions
from photodouble.farm.ranges import chunks, from_farm, is_contiguous, to_farm
from photodouble.farm.template import job_template
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.specs import INPAINT, SPECS

model = pytest.importorskip("openjd.model")
TAKE = "0123456789abcdef" * 2


def request_of(shot, root: Path, take: str = TAKE, frames: FrameRange | None = None) -> JobRequest:  # type: ignore[no-untyped-def]
    wanted = FrameRange(shot.frames) if frames is None else frames
    return JobRequest(
        "inpaint", inputs=shot.inputs, range=wanted, output_root=str(root), shot="sh010", take=take
    )


def decoded(template: dict[str, object]):  # type: ignore[no-untyped-def]
    return model.decode_job_template(template=template, supported_extensions=["TASK_CHUNKING"])


def tasks_of(template: dict[str, object], **values: object) -> list[str]:
    """Return the frames of each task of the second step, as Open Job Description cuts them."""
    given = {"JobName": "x", "Photodouble": "photodouble", "OutputRoot": "/takes", **values}
    job = model.create_job(
        job_template=decoded(template),
        job_parameter_values={
            name: model.ParameterValue(type=model.ParameterValueType(kind), value=str(given[name]))
            for name, kind in (
                ("JobName", "STRING"),
                ("Photodouble", "STRING"),
                ("OutputRoot", "PATH"),
                ("Frames", "STRING"),
                ("ChunkSize", "INT"),
            )
        }
        | {"Request": model.ParameterValue(type=model.ParameterValueType("PATH"), value="/r.json")},
    )
    space = model.StepParameterSpaceIterator(space=job.steps[1].parameterSpace)
    return [str(task["Frame"].value) for task in space]


@pytest.mark.parametrize("key", sorted(SPECS))
@pytest.mark.parametrize("contiguous", [True, False])
@pytest.mark.parametrize("options", [FarmOptions(), FarmOptions(output="/o/c.####.exr", warm=False)])
def test_open_job_description_accepts_the_template(key, contiguous, options):
    made = decoded(job_template(SPECS[key], options, contiguous=contiguous))
    assert [step.name for step in made.steps] == ["Analyse", "Frames", "Finish"]


def test_a_template_with_a_planted_fault_is_refused():
    template = job_template(INPAINT, FarmOptions())
    template["steps"][1]["dependencies"] = [{"dependsOn": "Nothing"}]
    with pytest.raises(model.DecodeValidationError):
        decoded(template)


def test_the_steps_wait_for_each_other():
    steps = job_template(INPAINT, FarmOptions())["steps"]
    assert "dependencies" not in steps[0]
    assert steps[1]["dependencies"] == [{"dependsOn": "Analyse"}]
    assert steps[2]["dependencies"] == [{"dependsOn": "Frames"}]


def test_a_range_is_cut_into_chunks_of_neighbouring_frames():
    template = job_template(INPAINT, FarmOptions())
    assert tasks_of(template, Frames="1001-1010", ChunkSize=4) == ["1001-1004", "1005-1007", "1008-1010"]


def test_a_single_frame_is_a_chunk_that_run_understands():
    template = job_template(INPAINT, FarmOptions())
    only = tasks_of(template, Frames="1001", ChunkSize=4)
    assert [FrameRange.from_text(from_farm(text)) for text in only] == [FrameRange([1001])]


def test_a_plate_on_twos_keeps_its_chunks_large():
    frames = FrameRange(range(1001, 1012, 2))
    template = job_template(INPAINT, FarmOptions(), contiguous=is_contiguous(frames))
    cut = tasks_of(template, Frames=to_farm(frames), ChunkSize=3)
    assert [FrameRange.from_text(from_farm(text)).to_text() for text in cut] == ["1001-1005x2", "1007-1011x2"]


def test_negative_frames_survive_the_farm():
    cut = tasks_of(
        job_template(INPAINT, FarmOptions()), Frames=to_farm(FrameRange(range(-3, 3))), ChunkSize=3
    )
    assert [FrameRange.from_text(from_farm(text)).to_text() for text in cut] == ["-3--1", "0-2"]


def test_our_own_chunks_hold_every_frame_once():
    cut = chunks(FrameRange(range(1, 11)), 4)
    assert [chunk.to_text() for chunk in cut] == ["1-4", "5-8", "9-10"]


def test_a_graphics_card_is_asked_for_only_when_wanted():
    plain = json.dumps(job_template(INPAINT, FarmOptions()))
    wanted = json.dumps(job_template(INPAINT, FarmOptions(gpu_memory_gb=16)))
    assert "amount.worker.memory" in plain
    assert "gpu" not in plain
    assert '"amount.worker.gpu.memory", "min": 16384' in wanted


def test_every_action_ends_in_time_and_is_asked_politely_first():
    steps = job_template(INPAINT, FarmOptions(timeout_minutes=3))["steps"]
    for step in steps:
        action = step["script"]["actions"]["onRun"]
        assert action["timeout"] == 180
        assert action["cancelation"]["mode"] == "NOTIFY_THEN_TERMINATE"


def test_the_bundle_holds_the_request_with_its_take(tiny_shot, tmp_path):
    request = request_of(tiny_shot(), tmp_path / "takes")
    made = write_bundle(request, tmp_path / "bundle", FarmOptions(chunk=4))
    assert (made.take, made.tasks) == (TAKE, 2)
    stored = JobRequest.from_text((made.folder / REQUEST).read_text(encoding="utf-8"))
    assert stored == request.checked()


def test_the_template_holds_no_path_of_the_submitter(tiny_shot, tmp_path):
    made = write_bundle(request_of(tiny_shot(), tmp_path / "takes"), tmp_path / "bundle")
    assert str(tmp_path) not in (made.folder / TEMPLATE).read_text(encoding="utf-8")
    assert read_values(made.folder)["OutputRoot"] == str(tmp_path / "takes")


def test_the_bundle_names_every_file_that_is_read_and_every_folder_that_is_written(tiny_shot, tmp_path):
    shot = tiny_shot(frames=(1, 2))
    options = FarmOptions(output=str(tmp_path / "out" / "clean.####.exr"))
    made = write_bundle(request_of(shot, tmp_path / "takes"), tmp_path / "bundle", options)
    assets = json.loads((made.folder / ASSETS).read_text(encoding="utf-8"))["assetReferences"]
    wanted = sorted(str(shot.file(name, frame)) for name in ("plate", "matte") for frame in shot.frames)
    assert assets["inputs"]["filenames"] == wanted
    assert assets["outputs"]["directories"] == [str(tmp_path / "out"), str(tmp_path / "takes")]
    assert read_values(made.folder)["Copies"] == options.output


def test_the_same_request_gives_the_same_bytes(tiny_shot, tmp_path):
    request = request_of(tiny_shot(), tmp_path / "takes")
    folders = [write_bundle(request, tmp_path / name).folder for name in ("one", "two")]
    for name in (TEMPLATE, VALUES, ASSETS, REQUEST):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_a_request_without_a_take_keeps_the_id_that_its_bundle_got(tiny_shot, tmp_path):
    request = request_of(tiny_shot(), tmp_path / "takes", take="")
    first, second = (write_bundle(request, tmp_path / "bundle").take for _ in range(2))
    assert len(first) == 32
    assert first == second


def test_another_bundle_in_the_folder_is_not_written_over(tiny_shot, tmp_path):
    request = request_of(tiny_shot(), tmp_path / "takes")
    write_bundle(request, tmp_path / "bundle")
    other = dataclasses.replace(request, take="f" * 32)
    with pytest.raises(ArtistError) as refused:
        write_bundle(other, tmp_path / "bundle")
    assert refused.value.code == "input.output_exists"
    assert write_bundle(other, tmp_path / "bundle", replace=True).take == "f" * 32


def test_a_request_that_cannot_run_makes_no_bundle(tiny_shot, tmp_path):
    shot = tiny_shot()
    shot.file("plate", 1003).unlink()
    with pytest.raises(ArtistError) as refused:
        write_bundle(request_of(shot, tmp_path / "takes"), tmp_path / "bundle")
    assert refused.value.code == "input.missing_frames"
    assert not (tmp_path / "bundle").exists()


def test_a_folder_that_is_no_bundle_is_named(tmp_path):
    with pytest.raises(ArtistError) as refused:
        read_values(tmp_path)
    assert refused.value.code == "input.bad_request"


def test_a_request_without_a_root_takes_that_of_the_settings_or_none(tiny_shot, tmp_path, monkeypatch):
    settings = tmp_path / "user.toml"
    settings.write_text("", encoding="utf-8")
    monkeypatch.setenv("PHOTODOUBLE_USER", str(settings))
    request = dataclasses.replace(request_of(tiny_shot(), tmp_path), output_root="")
    with pytest.raises(ArtistError) as refused:
        write_bundle(request, tmp_path / "bundle")
    assert refused.value.code == "input.bad_request"
    settings.write_text(f'takes_root = "{(tmp_path / "shared").as_posix()}"\n', encoding="utf-8")
    made = write_bundle(request, tmp_path / "bundle")
    assert read_values(made.folder)["OutputRoot"] == str(tmp_path / "shared")
