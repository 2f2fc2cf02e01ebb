"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from photodouble.image.exr import write_planes
from photodouble.image.storage import place_whole, put_in_place, write_whole
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "frame.0001.exr"
    path.write_bytes(b"old")

    def full(temporary: Path) -> None:
        temporary.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ArtistError) as caught:
        place_whole(path, full)
    assert caught.value.code == "engine.disk_full"
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("frame.0001.exr", b"old")]


def test_a_file_where_a_folder_should_be_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "result").write_text("a file")
    with pytest.raises(ArtistError) as caught:
        write_whole(tmp_path / "result" / "frame.0001.exr", b"new")
    assert caught.value.code == "input.unwritable_output"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_said_plainly(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ArtistError) as caught:
        write_whole(tmp_path / "frame.0001.exr", b"new")
    tmp_path.chmod(0o700)
    assert caught.value.code == "input.unwritable_output"


def test_the_temporary_name_is_beside_the_file_and_keeps_the_suffix(tmp_path: Path) -> None:
    path, seen = tmp_path / "new folder" / "frame.0001.tif", []
    place_whole(path, lambda temporary: seen.append(temporary.write_bytes(b"x") and temporary))
    assert seen[0].parent == path.parent
    assert seen[0].suffix == ".tif"
    assert path.read_bytes() == b"x"


LIMITED = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from photodouble.image.files import read_picture
from photodouble.image.frame import Frame
from photodouble.image.write import write_result
from photodouble_client.errors import ArtistError

frame = Frame(read_picture(Path(sys.argv[1])))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
box = frame.data_window
try:
    fill = np.zeros((*box.size, 3), np.float32)
    write_result(frame, fill, np.zeros(box.size, np.float32), box, Path(sys.argv[2]), metadata={})
except ArtistError as error:
    sys.exit(error.code)
"""


@pytest.mark.parametrize("suffix", [".exr", ".tif", ".png", ".dpx"])
def test_a_disk_that_fills_up_while_writing_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    source, out = tmp_path / f"plate{suffix}", tmp_path / "out"
    out.mkdir()
    noise = np.random.default_rng(1).random((64, 64, 3)).astype(np.float32)
    if suffix == ".exr":
        window = Box(0, 0, 64, 64)
        planes = {name: noise[..., index] for index, name in enumerate("RGB")}
        write_planes(source, planes, data_window=window, display_window=window)
    else:
        import OpenImageIO

        target = OpenImageIO.ImageOutput.create(str(source))
        assert target.open(str(source), OpenImageIO.ImageSpec(64, 64, 3, "uint16"))
        assert target.write_image(noise)
        target.close()
    command = [sys.executable, "-c", LIMITED, str(source), str(out / f"result{suffix}")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "engine.disk_full" in run.stderr
    assert list(out.iterdir()) == []


class HeldPath(type(Path())):  # type: ignore[misc]
    """A finished file whose target a reader holds for the first two tries, as Windows has it."""

    tries = 0

    def replace(self, target: Path) -> Path:
        type(self).tries += 1
        if type(self).tries <= 2:
            raise PermissionError(13, "The file is being used by another process", str(target))
        return Path(self).rename(target)


def test_a_frame_that_a_host_is_reading_is_replaced_when_it_lets_go(tmp_path: Path) -> None:
    HeldPath.tries = 0
    (tmp_path / "frame.exr").write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    put_in_place(HeldPath(tmp_path / "new"), tmp_path / "frame.exr", readers_block=True)
    assert (tmp_path / "frame.exr").read_bytes() == b"new"
    assert HeldPath.tries == 3


def test_a_refused_replacement_is_told_at_once_where_readers_block_nobody(tmp_path: Path) -> None:
    HeldPath.tries = 0
    (tmp_path / "frame.exr").write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    with pytest.raises(PermissionError):
        put_in_place(HeldPath(tmp_path / "new"), tmp_path / "frame.exr", readers_block=False)
    assert (tmp_path / "frame.exr").read_bytes() == b"old"


def test_both_ways_of_writing_tell_of_a_folder_in_the_way_in_the_same_words(tmp_path: Path) -> None:
    from photodouble.takes.files import replacing

    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "kept").touch()
    with pytest.raises(ArtistError) as first:
        write_whole(tmp_path / "there", b"content")
    with pytest.raises(ArtistError) as second, replacing(tmp_path / "there") as temporary:
        temporary.write_bytes(b"content")
    assert first.value.to_json() | {"detail": ""} == second.value.to_json() | {"detail": ""}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]
