"""Pages for a browser: they open by a link that works once, and see neither the token nor foreign files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from open_door import TOKEN, Door, opened

from photodouble.engine.server.links import Links
from photodouble.engine.server.pages import FILES, FOLDER
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import Submission, new_id

PNG = b"\x89PNG\r\n\x1a\n a picture"


@pytest.fixture
def door() -> Iterator[Door]:
    with opened() as found:
        yield found


def cookie(door: Door) -> str:
    url = door.ask("POST", "/links", {"page": "/jobs.html"}).json["url"]
    return door.ask("GET", url.removeprefix(door.origin), token=None).headers["set-cookie"].split(";")[0]


def job_with_pictures(door: Door, folder: Path) -> str:
    inputs = {"plate": PortInput("/a.####.exr"), "matte": PortInput("/b.####.exr")}
    job = new_id()
    door.ask("POST", "/jobs", Submission(JobRequest("inpaint", inputs=inputs), job=job).to_json())
    (folder / "take" / "pictures").mkdir(parents=True)
    (folder / "take" / "pictures" / "contact_sheet.png").write_bytes(PNG)
    (folder / "take" / "request.json").write_text("{}")
    (folder / "secret.png").write_bytes(b"secret")
    sheet = folder / "take" / "pictures" / "contact_sheet.png"
    door.queue.change(job, take_folder=str(folder / "take"), contact_sheet=str(sheet))
    return job


def test_a_link_opens_the_page_once(door: Door) -> None:
    url = door.ask("POST", "/links", {"page": "/jobs.html"}).json["url"]
    assert url.startswith(door.origin + "/open/")
    first = door.ask("GET", url.removeprefix(door.origin), token=None)
    again = door.ask("GET", url.removeprefix(door.origin), token=None)
    assert (first.status, first.headers["location"]) == (303, "/pages/jobs.html")
    assert (again.status, "set-cookie" in again.headers) == (404, False)


def test_a_link_is_of_no_use_after_a_minute() -> None:
    now = [100.0]
    links = Links(1234, clock=lambda: now[0])
    early, late = (links.offer("/jobs.html").rsplit("/", 1)[1] for _ in range(2))
    now[0] += 59
    assert links.open(early).status == 303
    now[0] += 2
    assert links.open(late).status == 404


def test_the_cookie_is_for_this_engine_and_no_script(door: Door) -> None:
    url = door.ask("POST", "/links", {}).json["url"]
    given = door.ask("GET", url.removeprefix(door.origin), token=None).headers["set-cookie"]
    parts = {part.strip() for part in given.split(";")}
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= parts
    assert not any(part.startswith("Domain") for part in parts)


def test_pages_open_with_the_cookie_and_not_without(door: Door) -> None:
    visitor = cookie(door)
    assert door.ask("GET", "/pages/jobs.html", token=None, Cookie=visitor).status == 200
    assert door.ask("GET", "/pages/jobs.html", token=None).status == 401
    assert door.ask("GET", "/pages/jobs.html", token=None, Cookie=visitor[:-1] + "?").status == 401
    assert door.ask("GET", "/pages/jobs.html").status == 401


def test_the_cookie_opens_nothing_but_pages(door: Door) -> None:
    visitor = cookie(door)
    for path in ("/hello", "/jobs", "/describe", "/tasks", "/openapi.json", "/sessions"):
        assert door.ask("GET", path, token=None, Cookie=visitor).status == 401


def test_a_page_never_holds_the_token_and_loads_nothing_from_outside(door: Door) -> None:
    visitor = cookie(door)
    for name in (*FILES, "state/jobs"):
        page = door.ask("GET", f"/pages/{name}", token=None, Cookie=visitor)
        assert page.status == 200
        assert TOKEN.encode() not in page.body + repr(page.headers).encode()
        outside = page.body.replace(b"http://www.w3.org/2000/svg", b"")
        assert b"http:" not in outside and b"https:" not in outside and b"//" not in outside.split(b"// ")[0]
    policy = door.ask("GET", "/pages/jobs.html", token=None, Cookie=visitor).headers[
        "content-security-policy"
    ]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy


def test_the_page_holds_no_inline_script_or_style_that_its_policy_would_stop() -> None:
    page = (FOLDER / "jobs.html").read_text("utf-8")
    assert "<style" not in page and "style=" not in page and " on" not in page.replace(" one", "")
    assert page.count("<script") == page.count("<script src=") == 1


def test_a_page_shows_the_pictures_of_a_take(door: Door, tmp_path: Path) -> None:
    job, visitor = job_with_pictures(door, tmp_path), cookie(door)
    shown = door.ask("GET", "/pages/state/jobs", token=None, Cookie=visitor).json["jobs"][0]
    assert (shown["job"], shown["pictures"]) == (job, ["contact_sheet.png"])
    found = door.ask("GET", f"/pages/jobs/{job}/pictures/contact_sheet.png", token=None, Cookie=visitor)
    assert (found.status, found.body, found.headers["content-type"]) == (200, PNG, "image/png")


@pytest.mark.parametrize(
    "name",
    [
        "../../secret.png",
        "..%2f..%2fsecret.png",
        "%2e%2e/%2e%2e/secret.png",
        "..%5c..%5csecret.png",
        "%2fetc%2fpasswd",
        ".hidden.png",
        "request.json",
        "contact_sheet.png%00.txt",
        "contact_sheet.png%0a",
        "link.png",
        "folder.png",
        "",
    ],
)
def test_no_name_of_a_picture_leads_out_of_its_folder(door: Door, tmp_path: Path, name: str) -> None:
    job, visitor = job_with_pictures(door, tmp_path), cookie(door)
    (tmp_path / "take" / "pictures" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "take" / "pictures" / "folder.png").mkdir()
    found = door.ask("GET", f"/pages/jobs/{job}/pictures/{name}", token=None, Cookie=visitor)
    assert found.status == 404
    assert b"secret" not in found.body


def test_a_page_cancels_only_from_itself(door: Door, tmp_path: Path) -> None:
    job, visitor = job_with_pictures(door, tmp_path), cookie(door)
    here = f"/pages/jobs/{job}/cancel"
    assert door.ask("POST", here, token=None, Cookie=visitor).status == 403
    assert door.ask("POST", here, token=None, Cookie=visitor, Origin="null").status == 403
    assert door.ask("POST", here, token=None, Cookie=visitor, Origin="http://evil.example").status == 403
    assert door.ask("POST", here, token=None, Origin=door.origin).status == 401
    assert door.queue.job(job).state == "queued"
    assert door.ask("POST", here, token=None, Cookie=visitor, Origin=door.origin).json["state"] == "cancelled"


def test_a_foreign_page_cannot_reach_a_page_with_the_visitors_cookie(door: Door) -> None:
    visitor = cookie(door)
    for site in ("cross-site", "same-site"):
        answer = door.ask("GET", "/pages/state/jobs", token=None, Cookie=visitor, Sec_Fetch_Site=site)
        assert answer.status == 403


def test_there_is_no_link_to_a_page_that_is_not_there(door: Door) -> None:
    assert door.ask("POST", "/links", {"page": "https://evil.example/"}).status == 404
    assert door.ask("POST", "/links", {"page": "//evil.example"}).status == 404


def test_a_page_that_is_left_open_does_not_keep_the_engine(door: Door) -> None:
    visitor = cookie(door)
    door.queue.quiet_for = 10_000.0
    door.reception._heard -= 5_000.0
    assert door.ask("GET", "/pages/state/jobs", token=None, Cookie=visitor).status == 200
    assert door.reception.idle_for >= 5_000.0
    door.ask("GET", "/jobs")
    assert door.reception.idle_for < 5_000.0
