"""Naming, settings, the cache and whole files: the small parts that takes stand on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from photodouble.engine.cache import AnalysisCache
from photodouble.settings import load_settings
from photodouble.takes.copies import OutputPattern
from photodouble.takes.files import files_below, link_or_copy, replacing, sweep_leftovers
from photodouble.takes.naming import Naming, ShotNames, frame_text
from photodouble.takes.record import FrameRecord, WrittenFile, read_record, write_record
from photodouble.takes.standing import Decision, decide, decisions, standing
from photodouble_client.errors import ArtistError


def test_a_template_names_folder_version_and_file():
    naming = Naming("{show}/{sequence}/{shot}/{op}/v{version:04d}", "{shot}_{op}_v{version:04d}")
    names = ShotNames("sh010", "inpaint", show="film", sequence="sq1")
    assert naming.takes_folder(Path("root"), names) == Path("root/film/sq1/sh010/inpaint")
    assert naming.version_folder(names, 12) == "v0012"
    assert naming.version_of(names, "v0012") == 12
    assert naming.stem(names, 12) == "sh010_inpaint_v0012"


@pytest.mark.parametrize("folder", ["v12x", "v", "x012", "v012.pruned", ".claim-01"])
def test_other_folders_are_no_versions(folder):
    assert Naming().version_of(ShotNames("sh010", "inpaint"), folder) is None


def test_a_version_folder_may_carry_the_shot_in_its_name():
    naming = Naming("{op}/{shot}+take{version:d}")
    names = ShotNames("sh.10", "inpaint")
    assert naming.version_of(names, "sh.10+take7") == 7
    assert naming.version_of(names, "shx10+take7") is None


@pytest.mark.parametrize("given", ["../../etc", "a/b\\c", "con:1", " .hidden. ", ""])
def test_a_name_never_leaves_its_folder(given):
    folder = Naming().takes_folder(Path("root"), ShotNames(given, "inpaint"))
    assert len(folder.parts) == 3
    assert ".." not in folder.parts
    assert not folder.parts[1].startswith(".")


def test_a_name_never_stands_for_a_frame_number_and_fits_into_a_file_name():
    fields = ShotNames("%d%n#1@", "inpaint").fields()
    assert fields["shot"] == "_d_n_1_"
    long = ShotNames("ü" * 300, "inpaint").fields()["shot"]
    assert long == "ü" * 50


def test_a_template_with_an_unknown_field_is_refused():
    with pytest.raises(ArtistError) as refused:
        Naming("{colour}/v{version:03d}").takes_folder(Path("root"), ShotNames("a", "b"))
    assert refused.value.code == "usage.bad_value"


@pytest.mark.parametrize(("frame", "text"), [(7, "0007"), (-12, "-0012"), (0, "0000"), (123456, "123456")])
def test_frame_numbers_have_four_digits_or_more(frame, text):
    assert frame_text(frame) == text


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("out/c.####.exr", "c.0007.exr"), ("out/c.%06d.exr", "c.000007.exr"), ("out/c.#.exr", "c.0007.exr")],
)
def test_an_output_pattern_gives_the_file_of_a_frame(pattern, name):
    assert OutputPattern(pattern).path(7) == Path("out") / name


def test_a_record_counts_only_while_its_files_are_there(tmp_path):
    (tmp_path / "result").mkdir()
    (tmp_path / "result" / "a.exr").write_bytes(b"x")
    record = FrameRecord(
        -3, {"result": WrittenFile("result/a.exr", "f", "p")}, {"shot": "s"}, {"confidence": 0.5}
    )
    write_record(tmp_path, record)
    assert read_record(tmp_path, -3) == record
    (tmp_path / "result" / "a.exr").unlink()
    assert read_record(tmp_path, -3) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"frame": 1}', b'{"frame": "x", "files": {}}'])
def test_a_damaged_record_does_not_count(tmp_path, damage):
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "1.json").write_bytes(damage)
    assert read_record(tmp_path, 1) is None


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    target = tmp_path / "a.json"
    target.write_text("before")
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError("power cut")
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_full_disk_is_told_as_such(tmp_path):
    with pytest.raises(ArtistError) as told, replacing(tmp_path / "a.json"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert told.value.code == "engine.disk_full"
    assert "--resume" in told.value.fix


def test_a_disk_without_hard_links_gets_copies(tmp_path, monkeypatch):
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    (tmp_path / "a").write_text("same")
    link_or_copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "same"
    assert (tmp_path / "b").stat().st_nlink == 1


def fill(cache: AnalysisCache, key: str, size: int, folder: Path) -> None:
    source = folder / key
    source.mkdir(parents=True)
    (source / "record.npz").write_bytes(bytes(size))
    cache.keep(key, source)


def test_the_cache_gives_back_what_it_was_given(tmp_path):
    cache = AnalysisCache(tmp_path / "cache")
    fill(cache, "one", 100, tmp_path / "made")
    assert cache.fetch("one", tmp_path / "target")
    assert (tmp_path / "target" / "record.npz").stat().st_size == 100
    assert not cache.fetch("two", tmp_path / "target")


def test_the_cache_drops_the_longest_unused_when_it_is_full(tmp_path):
    import os

    cache = AnalysisCache(tmp_path / "cache", limit_gb=250e-9)
    for age, key in ((300, "old"), (200, "older_but_used"), (100, "new")):
        fill(cache, key, 100, tmp_path / "made")
        os.utime(cache.folder / key, (1e9 - age, 1e9 - age))
    assert [entry.key for entry in cache.entries()] == ["new", "older_but_used"]
    cache.fetch("older_but_used", tmp_path / "target")
    fill(cache, "newest", 100, tmp_path / "made")
    assert {entry.key for entry in cache.entries()} == {"older_but_used", "newest"}


def test_settings_come_from_studio_show_and_user_in_that_order(tmp_path):
    studio, user, show = (
        tmp_path / "studio.toml",
        tmp_path / "user.toml",
        tmp_path / "film" / "photodouble.toml",
    )
    show.parent.mkdir()
    studio.write_text('workers = 2\nartist = "studio"\ncache_limit_gb = 5\n')
    show.write_text('workers = 3\nartist = "show"\n[policy]\nfinal = "approved"\n')
    user.write_text("workers = 4\n")
    environment = {"PHOTODOUBLE_STUDIO": str(studio), "PHOTODOUBLE_USER": str(user)}
    found = load_settings(tmp_path / "film" / "comp" / "out.####.exr", environment)
    assert (found.settings.workers, found.settings.artist, found.settings.cache_limit_gb) == (4, "show", 5.0)
    assert {key: found.origins[key].level for key in ("workers", "artist", "cache_limit_gb", "threads")} == {
        "workers": "user", "artist": "show", "cache_limit_gb": "studio", "threads": "built-in",
    }  # fmt: skip
    assert found.show_folder == show.parent


@pytest.mark.parametrize("text", ["workers = 'two'", "worker = 2", "workers ="])
def test_a_mistake_in_a_settings_file_is_told(tmp_path, text):
    user = tmp_path / "user.toml"
    user.write_text(text)
    with pytest.raises(ArtistError) as told:
        load_settings(None, {"PHOTODOUBLE_USER": str(user)})
    assert told.value.code == "usage.bad_value"
    assert str(user) in told.value.message


def test_the_last_decision_counts_and_a_line_cut_short_is_passed_over(tmp_path):
    for word in ("use", "lock", "release"):
        decide(tmp_path, Decision("t" * 32, word, "Ada"))
    with (tmp_path / "decisions.jsonl").open("a") as stream:
        stream.write('{"take": "tttt')
    assert standing(decisions(tmp_path)) == {"t" * 32: frozenset({"locked"})}


def test_a_record_of_a_newer_program_is_refused_and_not_passed_over(tmp_path):
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "1.json").write_text('{"schema": 99, "frame": 1, "files": {}}')
    with pytest.raises(ArtistError) as refused:
        read_record(tmp_path, 1)
    assert "newer" in refused.value.fix


def test_what_a_killed_job_left_is_swept_but_not_what_is_being_written(tmp_path):
    import os

    for name, age in ((".0f-a.exr", 3600), (".1f-b.exr", 0), ("c.exr", 3600), (".lock", 3600)):
        (tmp_path / name).write_bytes(b"x")
        state = (tmp_path / name).stat()
        os.utime(tmp_path / name, (state.st_mtime - age, state.st_mtime - age))
    assert sweep_leftovers(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".1f-b.exr", ".lock", "c.exr"]


def test_the_files_below_a_folder_are_those_that_are_there(tmp_path, monkeypatch):
    for name in ("b/x.exr", "a/y.exr", "z.exr"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a" / "gone.exr").symlink_to(tmp_path / "nowhere.exr")
    whole = [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path)]
    assert whole == ["a/y.exr", "b/x.exr", "z.exr"]
    assert files_below(tmp_path / "nowhere") == []

    def vanish(folder):
        if str(folder).endswith("b"):
            raise FileNotFoundError(folder)
        return scan(folder)

    scan = os.scandir
    monkeypatch.setattr(os, "scandir", vanish)
    assert [path.name for path in files_below(tmp_path)] == ["y.exr", "z.exr"]
