"""A request finds its files where this machine has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photodouble.farm.places import read_pair, read_rules, request_here
from photodouble.takes.naming import ShotNames
from photodouble.takes.store import TakeStore
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.pathmap import localise
from photodouble_client.request import JobRequest, PortInput

REQUEST = JobRequest(
    "inpaint",
    inputs={
        "plate": PortInput("/mnt/show/plates/sh010.####.exr"),
        "matte": PortInput("/mnt/show/m/sh010.####.exr"),
    },
    overrides={5: "/mnt/show/paint/5.exr"},
    locks={6: "/other/takes/6.exr"},
    range=FrameRange(range(1, 11)),
    output_root="/mnt/show/takes",
    shot="sh010",
    take="b" * 32,
)


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the path of the request, read under empty settings."""
    (tmp_path / "user.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user.toml"))
    path = tmp_path / "request.json"
    path.write_text(REQUEST.to_text(), encoding="utf-8")
    return str(path)


def test_every_file_of_a_request_moves(saved):
    request, _ = request_here(saved, maps=["/mnt/show=/site/show"])
    assert request.inputs["plate"].path == "/site/show/plates/sh010.####.exr"
    assert request.overrides == {5: "/site/show/paint/5.exr"}
    assert request.locks == {6: "/other/takes/6.exr"}
    assert request.output_root == "/site/show/takes"


def test_a_root_that_is_given_is_not_moved_again(saved):
    request, _ = request_here(saved, root="/mnt/show/takes", maps=["/mnt/show=/mnt/show/copy"])
    assert request.output_root == "/mnt/show/takes"
    assert request.inputs["plate"].path.startswith("/mnt/show/copy/plates/")


def test_the_rules_of_a_farm_are_read(saved, tmp_path):
    rule = {"source_path_format": "POSIX", "source_path": "/mnt/show", "destination_path": "/session/assets"}
    rules = tmp_path / "rules.json"
    rules.write_text(
        json.dumps({"version": "pathmapping-1.0", "path_mapping_rules": [rule]}), encoding="utf-8"
    )
    request, _ = request_here(saved, rules=str(rules))
    assert request.inputs["matte"].path == "/session/assets/m/sh010.####.exr"


def test_a_farm_without_rules_writes_an_empty_file(tmp_path):
    (tmp_path / "rules.json").write_text("{}", encoding="utf-8")
    assert list(read_rules(str(tmp_path / "rules.json"))) == []


@pytest.mark.parametrize("text", ["", "[]", '{"path_mapping_rules": [{"source_path": "/a"}]}'])
def test_rules_that_are_none_are_refused(tmp_path, text):
    (tmp_path / "rules.json").write_text(text, encoding="utf-8")
    with pytest.raises(ArtistError) as refused:
        read_rules(str(tmp_path / "rules.json"))
    assert refused.value.code == "usage.bad_value"


@pytest.mark.parametrize("text", ["/a", "/a=", "=/b"])
def test_half_a_path_map_is_refused(text):
    with pytest.raises(ArtistError) as refused:
        read_pair(text)
    assert refused.value.code == "usage.arguments"


def test_the_settings_of_a_site_move_paths_too(saved, tmp_path):
    text = '[[path_maps]]\nwindows = "S:\\\\show"\nlinux = "/mnt/show"\nmacos = "/mnt/show"\n'
    (tmp_path / "user.toml").write_text(text, encoding="utf-8")
    windows = REQUEST.to_json() | {"output_root": "S:\\show\\takes"}
    Path(saved).write_text(json.dumps(windows), encoding="utf-8")
    assert request_here(saved)[0].output_root == "/mnt/show/takes"
    assert request_here(saved, root="S:\\show\\more")[0].output_root == "/mnt/show/more"


def test_one_take_is_joined_under_two_roots_but_not_with_another_value(tmp_path):
    names = ShotNames("sh010", "inpaint")
    store = TakeStore(tmp_path)
    mine, is_new = store.claim(REQUEST, names)
    elsewhere = localise(REQUEST, pairs=[("/mnt/show", "/Volumes/show")])
    assert is_new
    assert store.claim(elsewhere, names) == (mine, False)
    with pytest.raises(ArtistError) as refused:
        store.claim(JobRequest(**{**vars(REQUEST), "handles": 4}), names)
    assert refused.value.code == "engine.take_mismatch"
