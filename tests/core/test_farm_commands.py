"""Plain command lines: what waits for what, and words that every shell reads back as they were."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photodouble.cli.main import main, parser
from photodouble.farm.commands import ENDS, command_lines, commands_json, hashed
from photodouble.farm.options import FarmOptions
from photodouble.farm.quoting import command_line
from photodouble_client.errors import EXIT_CODES, ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

REQUEST = JobRequest("inpaint", range=FrameRange(range(1001, 1012)), take="a" * 32)
WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), min_size=1)
PLAIN_WORDS = st.lists(st.text(st.sampled_from("ab1 \\/:&|<>^()!;,=#'-.é"), min_size=1), min_size=1)


def split_as_windows_does(line: str) -> list[str]:
    """Split as Microsoft's C runtime does; written from its rules, apart from the code under test."""
    words, word, quoted, started, at = [], "", False, False, 0
    while at < len(line):
        slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
        after = line[at + slashes : at + slashes + 1]
        if slashes and after == '"':
            word += "\\" * (slashes // 2) + ('"' if slashes % 2 else "")
            at += slashes + slashes % 2
            started = True
        elif slashes:
            word, started, at = word + "\\" * slashes, True, at + slashes
        elif after == '"':
            quoted, started, at = not quoted, True, at + 1
        elif after in " \t" and not quoted:
            words += [word] if started else []
            word, started, at = "", False, at + 1
        else:
            word, started, at = word + after, True, at + 1
    return words + ([word] if started else [])


def test_chunks_wait_for_the_analysis_and_the_end_for_every_chunk():
    made = command_lines(REQUEST, "/r.json", FarmOptions(chunk=5))
    assert [(each.id, each.frames, each.after) for each in made] == [
        ("analyse", "", ()),
        ("frames-0001", "1001-1005", ("analyse",)),
        ("frames-0002", "1006-1010", ("analyse",)),
        ("frames-0003", "1011", ("analyse",)),
        ("finish", "", ("frames-0001", "frames-0002", "frames-0003")),
    ]


def test_every_command_is_one_that_the_command_line_understands():
    options = FarmOptions(output="/out/clean.####.exr", layers=True, overwrite=True)
    for each in command_lines(REQUEST, "/r.json", options):
        assert each.words[0] == "photodouble"
        assert parser().parse_args(each.words[1:]).step == each.step


def test_only_the_last_command_copies():
    made = command_lines(REQUEST, "/r.json", FarmOptions(output="/out/clean.%04d.exr"))
    assert ["--output=/out/clean.@@@@.exr" in each.words for each in made] == [False, False, False, True]


@pytest.mark.parametrize(("given_pattern", "told"), [("a.%04d.exr", "a.@@@@.exr"), ("a.%d.exr", "a.@.exr")])
def test_the_place_of_the_frame_number_needs_no_percent_sign(given_pattern, told):
    assert hashed(given_pattern) == told


def test_a_request_without_a_take_has_no_commands():
    with pytest.raises(ArtistError) as refused:
        command_lines(JobRequest("inpaint", range=FrameRange([1])), "/r.json")
    assert "farm bundle" in refused.value.fix


def test_every_exit_status_is_explained():
    assert set(ENDS) == {0, *EXIT_CODES.values()}


def test_scripts_get_words_and_not_lines():
    made = command_lines(REQUEST, "/r.json", FarmOptions(chunk=20))
    told = json.loads(json.dumps(commands_json(REQUEST, made)))
    assert told["take"] == "a" * 32
    assert told["commands"][1]["words"][-1] == "--frames=1001-1011"
    assert told["commands"][2]["after"] == ["frames-0001"]
    assert set(told["exit_codes"]) == {str(status) for status in ENDS}


@given(WORDS)
def test_a_posix_shell_reads_the_words_back(words):
    assert shlex.split(command_line(words)) == words


@given(PLAIN_WORDS)
def test_windows_reads_the_words_back(words):
    assert split_as_windows_does(command_line(words, "windows")) == words


@given(PLAIN_WORDS)
def test_signs_of_cmd_stand_in_quotes(words):
    outside = command_line(words, "windows").split('"')[::2]
    assert not any(sign in part for part in outside for sign in "&|<>^()!;")


def test_the_splitting_of_this_test_knows_the_published_examples():
    assert split_as_windows_does(r'"a b c" d e') == ["a b c", "d", "e"]
    assert split_as_windows_does(r'"ab\"c" "\\" d') == ['ab"c', "\\", "d"]
    assert split_as_windows_does(r'a\\\b d"e f"g h') == [r"a\\\b", "de fg", "h"]


@pytest.mark.parametrize("word", ['a"b', "a\nb", "%TEMP%\\x"])
def test_what_windows_would_read_otherwise_is_refused(word):
    with pytest.raises(ArtistError) as refused:
        command_line([word], "windows")
    assert refused.value.code == "usage.bad_value"


def test_the_command_prints_lines_that_a_shell_can_run(tmp_path, capsys):
    path = tmp_path / "my request.json"
    path.write_text(REQUEST.to_text(), encoding="utf-8")
    assert main(["farm", "commands", str(path), "--chunk", "6", "--for", "posix"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
    made = command_lines(REQUEST, str(path), FarmOptions(chunk=6))
    assert [shlex.split(line) for line in lines] == [list(each.words) for each in made]


def test_the_command_prints_json_for_scripts(tmp_path, capsys):
    path = tmp_path / "request.json"
    path.write_text(REQUEST.to_text(), encoding="utf-8")
    assert main(["farm", "commands", str(path), "--json", "--program", "/opt/pd/photodouble"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["words"][0] for each in told["commands"]] == ["/opt/pd/photodouble"] * 4
