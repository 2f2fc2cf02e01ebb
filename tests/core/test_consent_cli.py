"""`photodouble consent` as a coordinator types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import likeness
import pytest
from likeness import MODEL, PERFORMER, Likely

from photodouble.cli.main import main
from photodouble.settings import Settings
from photodouble_client.request import JobRequest


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    monkeypatch.setenv("PHOTODOUBLE_STATE", str(tmp_path / "state"))
    likeness.register(monkeypatch)
    found = Likely(tmp_path / "show", Settings())
    monkeypatch.chdir(found.folder)
    (tmp_path / "signed.pdf").write_bytes(b"signed by hand")
    return found


@pytest.fixture
def request_file(likely: Likely, tmp_path: Path) -> Callable[..., str]:
    def write(**more: object) -> str:
        given = {"operation": "likeness", "shot": "sh010", "performers": (PERFORMER,)}
        ports = {"plate": {"path": "p.####.exr"}, "matte": {"path": "m.####.exr"}}
        root = str(likely.folder / "takes")
        request = JobRequest(**{**given, "values": {"face_model": MODEL}, "output_root": root, **more})  # type: ignore[arg-type]
        path = tmp_path / "request.json"
        path.write_text(json.dumps({**request.to_json(), "inputs": ports}), encoding="utf-8")
        return str(path)

    return write


def add(*more: str, names: tuple[str, ...] = (PERFORMER,)) -> int:
    words = ["consent", "add", *names, "--kind", "alteration", "--shots", "sh010,sh020", "--by", "ada"]
    words += ["--described", "Ten years younger.", "--from", "2020-01-01", "--until", "2099-01-01"]
    words += [
        "--document",
        "../signed.pdf",
        "--ages",
        "30-45",
        "--models",
        MODEL,
        "--uses",
        "ideation,temp,final",
    ]
    return main([*words, *more])


def test_a_consent_is_filed_checked_listed_and_revoked(
    likely: Likely, request_file: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["consent", "check", request_file()]) == 6
    assert f"There is no consent of {PERFORMER}" in " ".join(capsys.readouterr().err.split())
    assert add("--json") == 0
    filed = json.loads(capsys.readouterr().out)
    assert (filed["production"], filed["age_range"], filed["filed_by"]) == ("moonfall", [30.0, 45.0], "ada")
    assert main(["consent", "check", request_file()]) == 0
    assert f"Likeness is covered by {filed['consent']}." in capsys.readouterr().out
    assert main(["consent", "check", request_file(), "--on", "2100-01-01"]) == 6
    assert main(["consent", "list"]) == 0
    assert "alteration  2020-01-01 to 2099-01-01" in capsys.readouterr().out
    assert main(["consent", "revoke", filed["consent"], "--by", "bo", "--reason", "the agent"]) == 0
    assert main(["consent", "check", request_file(), "--json"]) == 6
    assert '"code": "consent.not_valid"' in capsys.readouterr().out
    assert main(["consent", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(each["consent"], each["revoked_by"]) for each in listed] == [(filed["consent"], "bo")]
    assert main(["consent", "list", "--performer", "nobody"]) == 0
    assert "No consent is filed in moonfall" in capsys.readouterr().out


def test_an_override_is_made_by_whom_the_policy_names(
    likely: Likely, request_file: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["consent", "override", request_file(), "--reason", "For a look."]
    assert main([*words, "--by", "bo"]) == 6
    assert main([*words, "--by", "ada"]) == 0
    assert main(["consent", "check", request_file()]) == 0
    assert "is marked 'override'" in capsys.readouterr().out
    assert main(["consent", "check", request_file(), "--at", "export", "--use", "temp"]) == 0
    assert main(["consent", "check", request_file(), "--at", "export"]) == 6


def test_what_needs_no_consent_says_so(
    likely: Likely, request_file: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["consent", "check", request_file(operation="inpaint", values={}, performers=())]) == 0
    assert "needs no consent" in capsys.readouterr().out


@pytest.mark.parametrize(
    "mistake",
    [
        ["--document", "nowhere.pdf"],
        ["--ages", "young"],
        ["--until", "someday"],
        ["--uses", "forever"],
        ["--shots", " , "],
    ],
)
def test_a_mistake_files_nothing(likely: Likely, mistake: list[str]) -> None:
    assert add(*mistake) in (2, 3)
    assert not (likely.folder / "records").exists()


def test_the_words_of_the_command_are_those_of_the_record() -> None:
    from photodouble.cli import consent as command
    from photodouble.provenance import consent_record, gate

    assert (command.KINDS, command.REPRESENTATIONS) == (consent_record.KINDS, consent_record.REPRESENTATIONS)
    assert (command.USES, command.PLACES) == (consent_record.USES, gate.PLACES)


def test_hosts_may_ask_but_not_sign(likely: Likely, request_file: Callable[..., str]) -> None:
    from photodouble.engine.tasks import TASKS, run_task
    from photodouble.ops.operation import Reporter
    from photodouble_client.errors import ArtistError

    request = json.loads(Path(request_file()).read_text(encoding="utf-8"))
    with pytest.raises(ArtistError) as caught:
        run_task("consent.check", {"request": request}, likely.settings, Reporter())
    assert caught.value.code == "consent.missing"
    ident = likely.file()
    assert run_task("consent.check", {"request": request}, likely.settings, Reporter())["records"] == [ident]
    listed = run_task("consent.list", {"show": str(likely.folder)}, likely.settings, Reporter())
    assert [each["consent"] for each in listed] == [ident]
    assert {name for name in TASKS if name.startswith("consent.")} == {"consent.check", "consent.list"}


def test_a_consent_that_names_no_use_is_for_the_least(
    likely: Likely, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["consent", "add", PERFORMER, "--kind", "alteration", "--shots", "sh010", "--by", "ada", "--json"]
    words += ["--described", "A look.", "--from", "2020-01-01", "--until", "2099-01-01"]
    assert main([*words, "--document", "../signed.pdf"]) == 0
    assert json.loads(capsys.readouterr().out)["uses"] == ["ideation"]


def test_consents_of_several_performers_are_filed_at_once(
    likely: Likely, request_file: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crew = ("anna-k", "ben-l", "carla-m")
    asked = request_file(performers=(PERFORMER, *crew))
    assert main(["consent", "check", asked]) == 6
    said = " ".join(capsys.readouterr().err.split())
    assert f"There is no consent of {PERFORMER}, anna-k, ben-l and carla-m." in said
    (tmp_path / "carla.pdf").write_bytes(b"by carla")
    listed = tmp_path / "crew.csv"
    listed.write_text("performer,document\ncarla-m,carla.pdf\nben-l,\n", encoding="utf-8")
    assert add("--list", str(listed), "--json", names=(PERFORMER, "anna-k")) == 0
    filed = json.loads(capsys.readouterr().out)
    assert [one["performer"] for one in filed] == [PERFORMER, "anna-k", "carla-m", "ben-l"]
    assert len({one["consent"] for one in filed}) == 4
    assert filed[2]["document_sha256"] != filed[1]["document_sha256"] == filed[3]["document_sha256"]
    assert main(["consent", "check", asked]) == 0
    assert main(["consent", "check", asked, "--on", "2100-01-01"]) == 6
    refused = " ".join(capsys.readouterr().err.split())
    assert f"The consents of {PERFORMER}, anna-k, ben-l and carla-m do not cover it:" in refused
    assert refused.count("do not cover") == 1


@pytest.mark.parametrize(
    "text",
    ["performer,wrong\na,b\n", "performer,document\n,x.pdf\n", "performer,document\nanna-k,none.pdf\n",
     "Not An Id\n", "performer,ages\nanna-k,30-40\nanna-k,50-60\n", "anna-k,x,y\n"],
)  # fmt: skip
def test_a_list_that_is_unclear_files_nothing(
    likely: Likely, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crew.csv").write_text(text, encoding="utf-8")
    assert add("--list", str(tmp_path / "crew.csv")) in (2, 3)
    capsys.readouterr()
    assert main(["consent", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_plain_ids_make_a_list(likely: Likely, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "crew.txt").write_text("\ufeffben-l\r\n\r\nanna-k\r\n", encoding="utf-8")
    assert add("--list", str(tmp_path / "crew.txt")) == 0
    assert main(["consent", "list"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {name}  " in said for name in ("anna-k", "ben-l", PERFORMER))
