"""What types the tasks of the documentation finds a page that does not say what happens."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "install"))

from documenting import data_flow, pictures
from documenting.pages import DOCS, Page
from documenting.tasks import Desk, TaskError, check_seen, empty_home, task_pages


def typed(folder: Path, text: str) -> None:
    (folder / "work").mkdir()
    Desk(folder / "work", empty_home(folder)).work_through(Page(folder / "page.md", text))


def test_a_command_and_what_is_seen_of_it_are_as_written(tmp_path: Path) -> None:
    text = '```toml title="show/photodouble.toml"\nname = "x"\n```\n\n'
    text += (
        "```sh\nphotodouble config show --near show\n```\n\n```text\nname … x … show/photodouble.toml\n```\n"
    )
    typed(tmp_path, text.replace(" --near show", "").replace("… x … show/photodouble.toml", ""))
    assert (tmp_path / "work" / "show" / "photodouble.toml").read_text(encoding="utf-8") == 'name = "x"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "```sh\nphotodouble --version\n```\n\n```text\nphotodouble 99\n```\n",
            "'photodouble 99' is not seen",
        ),
        ("```sh\nphotodouble takes show nobody\n```\n", "ended with 5"),
        ("```sh\nphotodouble --version  # ends with 1\n```\n", "ended with 0"),
        ("```sh\nls\n```\n", "only photodouble is typed here"),
        ('```python title="Nobody"\n1\n```\n', "nobody can type"),
        ("```\nphotodouble --version\n```\n", "nobody can type"),
    ],
)
def test_a_page_that_is_wrong_is_found(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TaskError) as found:
        typed(tmp_path, text)
    assert said in str(found.value)


def test_what_is_promised_is_seen_in_its_order() -> None:
    check_seen("one … three\nfour\n", "one two\nthree   four", "here")
    with pytest.raises(TaskError):
        check_seen("four\none\n", "one two three four", "here")


def test_every_task_of_the_issue_has_its_page() -> None:
    assert [page.path.stem for page in task_pages()] == [
        "fill_the_stand_in_blender",
        "remove_a_wire_in_nuke",
        "soften_age_in_resolve",
        "take_an_edit_through_otio",
    ]


def test_every_picture_says_what_makes_it() -> None:
    there = sorted(path.name for path in (DOCS / "pictures").iterdir())
    assert pictures.listed() == there


def test_the_list_says_what_makes_each_and_an_unknown_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pictures.main(["--list"]) == 0
    said = capsys.readouterr().out
    assert [name for name in pictures.listed() if name not in said] == []
    assert pictures.main(["data_flow", "--to", str(tmp_path)]) == 0
    assert (tmp_path / "data_flow.svg").is_file()
    with pytest.raises(SystemExit):
        pictures.main(["windows"])


def test_the_drawing_of_the_data_flow_is_not_stale() -> None:
    drawn = data_flow.PICTURE.read_text(encoding="utf-8")
    assert drawn == data_flow.draw(), "run: install/pictures data_flow"


def test_a_drawing_that_misses_an_operation_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    from photodouble_client import specs

    fewer = {key: spec for key, spec in specs.SPECS.items() if key != "inpaint"}
    monkeypatch.setattr(specs, "SPECS", fewer)
    assert data_flow.PICTURE.read_text(encoding="utf-8") != data_flow.draw()
