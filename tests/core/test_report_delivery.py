"""The delivery report says what is there, what is missing, and is a whole page of HTML or PDF."""

from __future__ import annotations

import dataclasses
import html
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from finished_takes import PERSON, Made

from photodouble.provenance.report import Report, make_report, newest_takes
from photodouble.provenance.report_pages import as_html, summary, write_report
from photodouble_client.errors import ArtistError

NAME = "Wilhelmina <Vandersloot> Łęcka"


@pytest.fixture
def made(made: Made) -> Made:
    return made.decided_by(NAME, "supervisor")


def report_of(made: Made) -> Report:
    return make_report(newest_takes(made.store), made.store, made.settings, "2026-05-31")


def test_the_report_names_who_approved_and_what_was_generated(made: Made) -> None:
    made.approve()
    report = report_of(made)
    (shot,) = report.shots
    assert shot.is_approved
    assert shot.approvals[0].startswith(f"{NAME}, supervisor, ")
    # The matte of the tiny shot is 16 x 12 of 64 x 48 pixels, before it is grown.
    share = float(shot.generated.partition(" ")[0])
    assert 100 * 16 * 12 / (64 * 48) <= share < 20
    assert summary(report) == "2026-05-31: 1 shot, 1 approved, nothing is open."


def test_a_final_without_approval_is_an_open_point(made: Made) -> None:
    path = made.take.folder / "request.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "use": "final"}))
    made.seal_as_it_is()
    report = report_of(made)
    assert report.open_points == 1
    assert "missing" in as_html(report)
    made.approve()
    assert report_of(made).open_points == 0


def test_a_changed_picture_is_named_in_the_report(made: Made) -> None:
    content = bytearray(made.frame(1002).read_bytes())
    content[-20] ^= 1
    made.frame(1002).write_bytes(bytes(content))
    (shot,) = report_of(made).shots
    assert not shot.is_intact
    assert made.frame(1002).name in shot.intact


def test_html_escapes_names_and_holds_every_fact(made: Made) -> None:
    made.approve()
    page = as_html(report_of(made))
    assert html.escape(NAME) in page
    assert NAME not in page
    assert made.take.take_id in page
    assert PERSON not in page


def test_a_pdf_has_pages_for_many_shots(made: Made, tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    (shot,) = report_of(made).shots
    many = Report("demo", "2026-05-31", tuple(dataclasses.replace(shot, label=f"sh{n}") for n in range(9)))
    write_report(many, tmp_path / "r.pdf")
    content = (tmp_path / "r.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") >= 3


def test_another_kind_of_file_is_refused(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        write_report(Report("demo", "2026-05-31"), tmp_path / "r.docx")
    assert caught.value.code == "usage.bad_value"


def test_the_command_writes_the_report(
    made: Made, photodouble: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    said = photodouble("report", "--root", made.show / "takes", "--to", tmp_path / "r.html", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["shots"] == 1
    assert "sh010/inpaint/v001" in (tmp_path / "r.html").read_text("utf-8")


def test_a_report_replaces_no_file(tmp_path: Path) -> None:
    document = tmp_path / "signed.pdf"
    document.write_bytes(b"signed by hand")
    with pytest.raises(ArtistError) as caught:
        write_report(Report("demo", "2026-11-21", ()), document)
    assert caught.value.code == "input.output_exists"
    assert document.read_bytes() == b"signed by hand"
