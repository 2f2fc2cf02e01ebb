"""What lies in the inbox is never believed: it is refused in plain words, laid aside, and harms nobody."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from finished_takes import Made
from node_requests import answer, leave, note, request_text
from short_queue import ShortQueue
from staged_takes import stage

from photodouble.engine.inbox import open_inbox, read_node_request
from photodouble.engine.server.inbox_watch import MOST_ASIDE, InboxWatch
from photodouble_client.errors import ArtistError
from photodouble_client.wire import new_id

OTHER_USER = 65534


@dataclasses.dataclass
class Site:
    """A staged take, the inbox that its note names, and an engine's watch over it that never works."""

    made: Made
    staged: Path
    inbox: Path
    queue: ShortQueue
    watch: InboxWatch

    def look(self) -> None:
        asyncio.run(self.watch.round(self.inbox))

    @property
    def reasons(self) -> list[str]:
        return [path.read_text(encoding="utf-8") for path in sorted((self.inbox / "aside").glob("*.why.txt"))]


@pytest.fixture
def site(made: Made) -> Site:
    staged = stage(made, "ACEScct")
    queue = ShortQueue()
    watch = InboxWatch(queue, made.settings)
    return Site(made, staged, open_inbox(made.settings), queue, watch)


def changed(**words: str) -> Callable[[Site], None]:
    return lambda site: _leave(site, request_text(site.staged, **words))


def raw(content: bytes) -> Callable[[Site], None]:
    return lambda site: (site.inbox / "x.request").write_bytes(content) and None


def _leave(site: Site, text: str) -> None:
    leave(site.inbox, text)


def a_link(site: Site) -> None:
    target = site.made.folder / "secret.txt"
    target.write_text(request_text(site.staged), encoding="utf-8")
    (site.inbox / "x.request").symlink_to(target)


def a_pipe(site: Site) -> None:
    os.mkfifo(site.inbox / "x.request")


def a_folder(site: Site) -> None:
    (site.inbox / "x.request").mkdir()


def of_another_user(site: Site) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    path = site.inbox / "x.request"
    path.write_text(request_text(site.staged), encoding="utf-8")
    os.chown(path, OTHER_USER, OTHER_USER)


def a_copy_elsewhere(site: Site) -> None:
    """The staging alone, copied to a place beside which no take lies."""
    target = site.made.folder / "elsewhere" / "ofx" / "v001" / site.staged.name
    shutil.copytree(site.staged, target)
    _leave(site, request_text(site.staged, staged=str(target)))


def a_changed_request(site: Site) -> None:
    """The sealed take's own request leads elsewhere now."""
    path = site.made.take.folder / "request.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["inputs"]["plate"]["path"] = "/etc/plate.####.exr"
    path.write_text(json.dumps(stored), encoding="utf-8")
    _leave(site, request_text(site.staged))


def an_unfinished_take(site: Site) -> None:
    (site.made.take.folder / "manifest.json").unlink()
    _leave(site, request_text(site.staged))


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        (raw(b""), "does not begin"),
        (raw(b"\x00\xff\xfe garbage \x80"), "no text"),
        (raw(b"GET / HTTP/1.1\n\n"), "does not begin"),
        (raw(b"photodouble_request 1\n" + b"a" * 70_000), "larger than"),
        (raw(b"photodouble_request 1\ncommand rm -rf /\n"), "not understood"),
        (raw(b"photodouble_request 1\n"), "nobody here can do"),
        (changed(wanted="delete"), "nobody here can do"),
        (changed(take="zz"), "is no id"),
        (changed(take=new_id()), "no finished take"),
        (changed(staged="ofx/v001/x"), "full path"),
        (changed(staged="/etc/../etc"), "full path"),
        (changed(staged="/etc"), "beside a take"),
        (changed(staged="/nowhere/ofx/v001/x"), "no finished take"),
        (changed(host="a\x1b[2J"), "not understood"),
        (a_link, "is a link"),
        (a_pipe, "no plain file"),
        (a_folder, "no plain file"),
        (of_another_user, "another user"),
        (a_copy_elsewhere, "no finished take"),
        (a_changed_request, "was changed"),
        (an_unfinished_take, "no finished take"),
    ],
)
def test_what_is_no_honest_request_is_laid_aside_with_the_reason(
    site: Site, attack: Callable[[Site], None], words: str
) -> None:
    attack(site)
    site.look()
    assert not list(site.inbox.glob("*.request"))
    assert len(site.reasons) == 1 and words in site.reasons[0]
    assert site.queue.submissions == {} and site.queue.asked == []
    assert answer(site.staged) == {}
    site.look()
    assert len(site.reasons) == 1


def test_an_honest_request_is_taken_in_and_the_file_is_gone(site: Site) -> None:
    """The control: without it every attack above would be refused by anything at all."""
    leave(site.inbox, request_text(site.staged))
    site.look()
    assert not list(site.inbox.glob("*.request")) and site.reasons == []
    (submission,) = site.queue.submissions.values()
    assert submission.request.parent == site.made.take.take_id
    assert submission.request.inputs == site.made.take.request().inputs
    assert submission.request.output_root == str(site.made.store.root)
    assert answer(site.staged)["state"] == "queued"


def test_pressing_the_button_many_times_makes_one_job(site: Site) -> None:
    for _ in range(20):
        leave(site.inbox, request_text(site.staged))
    site.look()
    site.look()
    assert len(site.queue.submissions) == 1
    assert not list(site.inbox.glob("*.request")) and site.reasons == []


def test_a_note_cannot_have_the_answer_written_elsewhere(site: Site) -> None:
    victim = site.made.folder / "notes.txt"
    victim.write_text("mine", encoding="utf-8")
    path = site.staged / "node.txt"
    text = path.read_text(encoding="utf-8").replace(note(site.staged)["status"], str(victim))
    path.write_text(text, encoding="utf-8")
    leave(site.inbox, request_text(site.staged))
    site.look()
    assert len(site.queue.submissions) == 1
    assert victim.read_text(encoding="utf-8") == "mine"
    assert list((site.inbox / "status").iterdir()) == []


def test_work_that_nobody_consented_to_is_refused_and_the_node_reads_why(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = site.made.show / "photodouble.toml"
    toml.write_text('name = "demo"\n[policy]\nuses = ["ideation"]\n', encoding="utf-8")
    leave(site.inbox, request_text(site.staged))
    site.look()
    assert site.queue.submissions == {}
    said = answer(site.staged)
    assert said["state"] == "refused" and len(said["note"]) > 20
    assert list((site.inbox / "taken").iterdir()) == []


def test_a_job_that_fails_is_told_to_the_node(site: Site) -> None:
    leave(site.inbox, request_text(site.staged))
    site.look()
    (ident,) = site.queue.submissions
    site.queue.change(ident, state="running", done=1, frames=2)
    site.look()
    assert (answer(site.staged)["state"], answer(site.staged)["note"]) == ("running", "1 of 2 frames")
    error = ArtistError("input.missing_frames", "Some frames are missing", "No 1002.", "Render it.")
    site.queue.change(ident, state="failed", error=error)
    site.look()
    assert answer(site.staged)["state"] == "refused" and "Render it." in answer(site.staged)["note"]
    assert list((site.inbox / "taken").iterdir()) == []


def test_a_finished_job_is_staged_by_the_same_wish(made: Made) -> None:
    staged = stage(made, "ACEScct", format="96x54", fit="fill", order="1002,1001", begin="-3")
    queue = ShortQueue()
    inbox, watch = open_inbox(made.settings), InboxWatch(queue, made.settings)
    leave(inbox, request_text(staged))

    async def play() -> None:
        await watch.round(inbox)
        (ident,) = queue.submissions
        queue.change(ident, state="finished", take_folder="/takes/sh010/inpaint/v002", take_label="v002")
        for _ in range(3):
            await watch.round(inbox)
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(play(), 30))
    ((name, asked),) = queue.asked
    assert name == "stage"
    wanted = {"space": "ACEScct", "format": "96x54", "fit": "fill", "order": "1002,1001", "begin": "-3"}
    assert {**asked, **wanted, "take": "/takes/sh010/inpaint/v002"} == asked


def test_what_is_laid_aside_does_not_pile_up(site: Site) -> None:
    for number in range(MOST_ASIDE + 30):
        (site.inbox / f"{number:03d}.request").write_text("rubbish", encoding="utf-8")
    for _ in range(8):
        site.look()
    assert not list(site.inbox.glob("*.request"))
    assert len(list((site.inbox / "aside").iterdir())) <= 2 * MOST_ASIDE + 32


def test_an_inbox_that_another_user_made_is_not_used(made: Made) -> None:
    folder = Path(made.settings.engine_folder) / "inbox"
    shutil.rmtree(folder, ignore_errors=True)
    folder.symlink_to(made.folder)
    with pytest.raises(PermissionError, match="not this user's own"):
        open_inbox(made.settings)
    staged = stage(made, "ACEScct")
    assert "inbox" not in note(staged)


def test_of_two_engines_that_share_a_folder_one_takes_the_request_in(site: Site) -> None:
    """Both look at once; the other goes on when the first has ended."""
    queues = [ShortQueue(), ShortQueue()]
    watches = [InboxWatch(queue, site.made.settings) for queue in queues]

    async def play() -> None:
        endings = [asyncio.Event(), asyncio.Event()]
        first = asyncio.create_task(watches[0].watch(endings[0]))
        await until(lambda: (site.inbox / "engine.lock").is_file())
        second = asyncio.create_task(watches[1].watch(endings[1]))
        leave(site.inbox, request_text(site.staged))
        await until(lambda: bool(queues[0].submissions))
        endings[0].set()
        await first
        for path in (site.inbox / "taken").iterdir():
            path.unlink()
        leave(site.inbox, request_text(site.staged))
        await until(lambda: bool(queues[1].submissions))
        endings[1].set()
        await second

    asyncio.run(asyncio.wait_for(play(), 60))
    assert [len(queue.submissions) for queue in queues] == [1, 1]


async def until(fact: Callable[[], bool]) -> None:
    while not fact():
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "content", ["[" * 200_000, "[1]", '"x"', '{"job": 5, "take_folder": 6, "staged": 7}', None]
)
def test_no_errand_keeps_others_from_theirs(site: Site, content: str | None) -> None:
    spoilt = site.inbox / "taken" / "00.json"
    if content is None:
        spoilt.mkdir()
    else:
        spoilt.write_text(content)
    leave(site.inbox, request_text(site.staged))
    site.look()
    assert answer(site.staged)["state"] == "queued"


def test_a_file_server_that_is_away_keeps_nobody_else_waiting(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_to = InboxWatch._see_to

    async def away(watch: InboxWatch, errand: Any) -> bool:
        if errand.take_folder == "/away":
            raise OSError(116, "Stale file handle")
        return await see_to(watch, errand)

    monkeypatch.setattr(InboxWatch, "_see_to", away)
    errand = {"job": "00" * 16, "take_folder": "/away", "staged": "/away"}
    (site.inbox / "taken" / f"{errand['job']}.json").write_text(json.dumps(errand))
    leave(site.inbox, request_text(site.staged))
    site.look()
    assert answer(site.staged)["state"] == "queued"
    assert (site.inbox / "taken" / f"{errand['job']}.json").is_file()


def test_a_damaged_errand_is_dropped(site: Site) -> None:
    (site.inbox / "taken" / "x.json").write_text('{"job": 3', encoding="utf-8")
    site.look()
    assert list((site.inbox / "taken").iterdir()) == []


def test_reading_a_request_needs_no_engine(site: Site) -> None:
    wanted: Any = read_node_request(leave(site.inbox, request_text(site.staged)), site.inbox)
    assert (wanted.take.take_id, wanted.host, wanted.staged) == (
        site.made.take.take_id,
        "DaVinciResolve",
        site.staged,
    )
