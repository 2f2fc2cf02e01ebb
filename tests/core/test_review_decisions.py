"""A take is a suggestion until a named person decides; every decision is signed, added and never edited."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import likeness
import pytest

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.provenance import signed
from photodouble.provenance.keys import PersonKey, new_person_key
from photodouble.provenance.ledger import Ledger
from photodouble.provenance.people import Person
from photodouble.provenance.show import Show
from photodouble.settings import Settings, load_settings
from photodouble.takes.finding import store_at
from photodouble.takes.prune import plan_prune
from photodouble.takes.review import Wish, decide, statement_of, status
from photodouble.takes.review_words import STATES, STYLES
from photodouble.takes.session import import_session, read_session, status_csv
from photodouble.takes.store import Take, TakeStore
from photodouble.takes.summary import summaries
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.wire import new_id


@dataclass(frozen=True)
class Desk:
    """A show with its people and their keys, and a store of takes of one tiny shot."""

    store: TakeStore
    keys: dict[str, PersonKey]
    request: JobRequest

    def take(self, **changes: Any) -> Take:
        """Make a take of one frame."""
        request = dataclasses.replace(self.request, take=new_id(), **changes)
        return run_job(request, JobOptions()).take

    def say(self, take: Take, word: str, by: str = "ada", **more: str) -> str:
        """Decide, and return the state the take has then."""
        decide(self.store, take, Wish(word, **more), self.keys[by], self.settings)
        return status(take, self.store).state

    @property
    def settings(self) -> Settings:
        return load_settings(self.store.root).settings


PEOPLE = {"ada": "supervisor", "ben": "artist", "cleo": "coordinator"}


@pytest.fixture
def desk(tmp_path: Path, tiny_shot: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("PHOTODOUBLE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "photodouble.toml").write_text(f'cache_folder = "{tmp_path / "cache"}"\n')
    keys = {ident: new_person_key(ident) for ident in PEOPLE}
    people = [Person(each, each.title(), role, keys[each].public_text()) for each, role in PEOPLE.items()]
    show = tmp_path / "show"
    show.mkdir()
    (show / "photodouble.toml").write_text('name = "Peek"\n' + "\n".join(one.lines() for one in people))
    shot = tiny_shot(frames=(1,))
    request = JobRequest(
        "inpaint",
        range=FrameRange([1]),
        shot="sh010",
        inputs=shot.inputs,
        output_root=str(show / "takes"),
    )
    yield Desk(store_at(str(show / "takes")), keys, request)


def test_a_take_is_a_suggestion_until_somebody_decides(desk: Desk) -> None:
    take = desk.take()
    assert (status(take, desk.store).state, status(take).text) == ("suggestion", "suggestion, not approved")
    assert desk.say(take, "present", "ben") == "in_review"
    assert desk.say(take, "note", "ben", reason="Look at the edge.") == "in_review"
    assert desk.say(take, "approve", reason="Good.") == "approved"
    assert desk.say(take, "retake", reason="The edge swims.") == "retake"
    assert desk.say(take, "reject") == "rejected"
    words = [one.word for one in status(take, desk.store).decisions]
    assert words == ["present", "note", "approve", "retake", "reject"]


def test_a_decision_is_in_the_ledger_and_in_the_records_of_the_show(desk: Desk) -> None:
    take = desk.take()
    desk.say(take, "approve", reason="Good.")
    (record,) = Show.find(desk.store.root).records("decision.approved")
    with Ledger.open(desk.settings) as ledger:
        (row,) = ledger.rows("decision.approved", take=take.take_id)
        assert ledger.verify() == ()
        assert ledger.pinned() >= row.seq
    assert (record.person, row.payload["record"], row.by) == ("ada", record.hash, "ada")


def test_only_a_person_of_the_show_decides(desk: Desk, tmp_path: Path) -> None:
    take, stranger = desk.take(), new_person_key("mallory")
    with pytest.raises(ArtistError) as refused:
        decide(desk.store, take, Wish("approve"), stranger, desk.settings)
    forged = dataclasses.replace(stranger, person="ada")
    with pytest.raises(ArtistError) as forgery:
        decide(desk.store, take, Wish("approve"), forged, desk.settings)
    assert refused.value.code == forgery.value.code == "policy.no_person"
    assert status(take, desk.store).decisions == ()


def test_an_approval_signed_in_another_name_does_not_count(desk: Desk) -> None:
    take = desk.take()
    for by, wanted in (("ben", "suggestion"), ("cleo", "approved")):
        wish = Wish("approve", on_behalf_of="ada", date="2026-05-30", reference="dailies 12")
        payload = statement_of(take, wish, desk.keys[by])
        show = Show.find(desk.store.root)
        signed.record("decision.approved", payload, desk.keys[by], show=show, settings=desk.settings)
        assert status(take, desk.store).state == wanted


def test_the_word_of_a_decision_is_the_one_that_was_signed(desk: Desk) -> None:
    take = desk.take()
    payload = statement_of(take, Wish("approve"), desk.keys["ada"])
    show = Show.find(desk.store.root)
    signed.record("decision.noted", payload, desk.keys["ada"], show=show, settings=desk.settings)
    assert status(take, desk.store).state == "suggestion"


def test_takes_are_listed_even_where_the_records_are_damaged(desk: Desk) -> None:
    take = desk.take()
    desk.say(take, "approve")
    (records,) = Show.find(desk.store.root).records_folder.glob("*.jsonl")
    records.write_text(records.read_text().replace("decision.approved", "decision.rejected"))
    assert [one.status for one in summaries(desk.store)] == ["finished, records damaged"]


def test_consent_revoked_after_the_run_stops_the_approval(
    tmp_path: Path, tiny_shot: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    monkeypatch.setenv("PHOTODOUBLE_STATE", str(tmp_path / "state"))
    likeness.register(monkeypatch)
    places = {"engine_folder": str(tmp_path / "state"), "cache_folder": str(tmp_path / "cache")}
    likely = likeness.Likely(tmp_path / "show", Settings(**places))
    consent = likely.file()
    request = JobRequest(
        "likeness",
        take=new_id(),
        range=FrameRange([1]),
        shot="sh010",
        inputs=tiny_shot(frames=(1,)).inputs,
        performers=(likeness.PERFORMER,),
        values={"face_model": likeness.MODEL},
        output_root=str(likely.folder / "takes"),
    )
    take = run_job(request, JobOptions(settings=likely.settings)).take
    store = store_at(str(likely.folder / "takes"))
    likely.revoke(consent)
    with pytest.raises(ArtistError) as refused:
        decide(store, take, Wish("approve"), likely.keys["ada"], likely.settings)
    assert refused.value.code == "consent.not_valid"
    assert status(take, store).decisions == ()
    decide(store, take, Wish("reject"), likely.keys["ada"], likely.settings)
    assert status(take, store).state == "rejected"


def test_an_unfinished_take_cannot_be_approved_but_sent_back(desk: Desk) -> None:
    take = desk.take()
    (take.folder / "manifest.json").unlink()
    with pytest.raises(ArtistError) as refused:
        desk.say(take, "approve")
    assert refused.value.code == "engine.no_take"
    assert desk.say(take, "retake") == "retake"


def test_an_approval_does_not_count_for_a_take_that_was_changed_since(desk: Desk) -> None:
    take = desk.take()
    assert desk.say(take, "approve") == "approved"
    manifest = take.folder / "manifest.json"
    before = manifest.read_text()
    manifest.write_text(before + " ")
    changed = status(take, desk.store)
    assert (changed.state, changed.approvals, changed.decisions[0].counts) == ("suggestion", (), False)
    manifest.write_text(before)
    assert status(take, desk.store).state == "approved"


def test_an_approval_moved_to_another_take_is_found(desk: Desk) -> None:
    first, second = desk.take(), desk.take()
    desk.say(first, "approve")
    (records,) = Show.find(desk.store.root).records_folder.glob("*.jsonl")
    line = records.read_text()
    records.write_text(line + line)
    with pytest.raises(ArtistError) as found:
        status(second, desk.store)
    assert found.value.code == "input.tampered"
    records.write_text(line.replace("decision.approved", "decision.rejected"))
    with pytest.raises(ArtistError, match="not as they were signed"):
        status(first, desk.store)


def test_a_newer_approved_take_supersedes_the_older_one_until_it_is_taken_back(desk: Desk) -> None:
    old, new = desk.take(), desk.take()
    desk.say(old, "approve")
    assert desk.say(new, "approve") == "approved"
    assert status(old, desk.store).state == "superseded"
    desk.say(new, "reject")
    assert status(old, desk.store).state == "approved"


def test_an_overridden_frame_makes_a_child_that_takes_the_place_of_its_parent(desk: Desk) -> None:
    parent, kept = desk.take(), desk.take()
    desk.say(kept, "approve")
    painted = {1: str(parent.picture("result", 1, "exr"))}
    desk.take(parent=parent.take_id, overrides=painted)
    desk.take(parent=kept.take_id, overrides=painted)
    assert desk.say(parent, "retake") == "overridden"
    assert status(kept, desk.store).state == "approved"


def test_a_coordinator_notes_what_another_decided_and_both_are_named(desk: Desk) -> None:
    take = desk.take()
    more = {"on_behalf_of": "ada", "date": "2026-05-30", "reference": "dailies 12"}
    assert desk.say(take, "approve", "cleo", **more) == "approved"
    told = status(take, desk.store).decisions[0].told()
    assert told["by"] == "by Ada, noted by Cleo, 2026-05-30, dailies 12"
    for missing in ("date", "reference"):
        with pytest.raises(ArtistError, match="needs the date and the reference"):
            desk.say(take, "approve", "cleo", **{**more, missing: ""})
    with pytest.raises(ArtistError) as refused:
        desk.say(take, "approve", "ben", **more)
    assert refused.value.code == "policy.forbidden"


def test_a_director_without_a_key_is_heard_through_a_coordinator(desk: Desk) -> None:
    show = desk.store.root.parent / "photodouble.toml"
    show.write_text(show.read_text() + '\n[people.dora]\nrole = "director"\n')
    take = desk.take(use="final")
    more = {"on_behalf_of": "dora", "date": "2026-05-30", "reference": "dailies 12"}
    assert desk.say(take, "approve", "cleo", **more) == "approved"


def test_the_policy_says_whose_approval_is_wanted(desk: Desk) -> None:
    show = desk.store.root.parent / "photodouble.toml"
    show.write_text(show.read_text() + '\n[policy.uses]\nfinal = ["supervisor", "coordinator"]\n')
    take = desk.take(use="final")
    assert desk.say(take, "approve") == "in_review"
    assert status(take, desk.store).text == "not approved yet: approval of coordinator is missing"
    assert desk.say(take, "approve", "cleo") == "approved"
    assert desk.say(take, "retake", "ben") == "retake"
    assert desk.say(take, "approve", "cleo") == "in_review"


def test_old_unsigned_approvals_are_shown_and_keep_a_take_but_do_not_count(desk: Desk) -> None:
    take, _newest = desk.take(), desk.take()
    line = json.dumps({"schema": 1, "take": take.take_id, "word": "approve", "person": "Ada Berg"})
    (desk.store.root / "decisions.jsonl").write_text(line + "\n")
    found = status(take, desk.store)
    assert (found.state, found.approvals) == ("suggestion", ())
    assert found.decisions[0].told()["by"] == "by Ada Berg, unsigned, so it does not count"
    assert plan_prune(desk.store).go == ()


def test_the_engine_alone_cannot_approve(desk: Desk) -> None:
    take = desk.take()
    for path in (desk.store.root.parent.parent / "user" / "keys").iterdir():
        path.unlink()
    for by in ("ada", ""):
        with pytest.raises(ArtistError) as refused:
            run_task("takes.approve", {"take": str(take.folder), "by": by}, Settings(), Reporter())
        assert refused.value.code == "policy.no_person"
    new_person_key("ada", "open sesame")
    with pytest.raises(ArtistError) as asked:
        run_task("takes.approve", {"take": str(take.folder), "by": "ada"}, Settings(), Reporter())
    assert (asked.value.code, asked.value.action) == ("policy.no_person", "review_page")
    assert status(take, desk.store).decisions == ()


def test_the_engine_signs_a_wish_with_the_open_key_of_its_own_user(desk: Desk) -> None:
    take = desk.take()
    given = {"take": str(take.folder), "by": "ada", "reason": "Good."}
    answer = run_task("takes.approve", given, Settings(), Reporter())
    assert (answer["state"], answer["decision"]["person"]) == ("approved", "ada")
    told = run_task("takes.status", {"take": str(take.folder)}, Settings(), Reporter())
    assert [one["reason"] for one in told["decisions"]] == ["Good."]


def test_a_whole_session_comes_in_or_nothing_of_it(desk: Desk, tmp_path: Path) -> None:
    first, second = desk.take(), desk.take()
    path = tmp_path / "session.csv"
    head = "Take,Decision,By,Note\n"
    path.write_text(f'{head}{first.label},Approved,Ada,\n{second.label},redo,ada,"Edge, please"\n')
    show = Show.find(desk.store.root)
    rows = read_session(desk.store, show, path, date="2026-05-30", reference="dailies 12")
    assert len(list(import_session(desk.store, rows, desk.keys["cleo"], desk.settings))) == 2
    assert [status(one, desk.store).state for one in (first, second)] == ["approved", "retake"]
    assert status(second, desk.store).decisions[0].reason == "Edge, please"
    path.write_text(f"{head}{first.label},reject,Ada,\n{second.label},perhaps,Ada,\n")
    with pytest.raises(ArtistError, match="Line 3"):
        read_session(desk.store, show, path)
    path.write_text(f"{head}{first.label},reject,Ada,\n")
    with pytest.raises(ArtistError, match="needs the date"):
        list(
            import_session(desk.store, read_session(desk.store, show, path), desk.keys["cleo"], desk.settings)
        )
    assert status(first, desk.store).state == "approved"


def test_trackers_hear_their_own_words(desk: Desk) -> None:
    first, second = desk.take(), desk.take()
    desk.say(first, "retake", reason="=1+1")
    desk.say(second, "approve")
    shotgrid = status_csv(desk.store, "shotgrid").splitlines()
    assert shotgrid[1:] == [
        "sh010_inpaint_v002,sh010,Final Approved,",
        "sh010_inpaint_v001,sh010,Viewed,'=1+1",
    ]
    assert status_csv(desk.store, "kitsu").splitlines()[1] == "sh010,inpaint,done,sh010_inpaint_v002"
    for words in STYLES.values():
        assert set(words) == set(STATES)
        assert [state for state in words if words[state] == words["approved"]] == ["approved"]


def test_a_rejection_that_is_cut_out_of_the_records_leaves_no_approval(desk: Desk) -> None:
    take = desk.take()
    desk.say(take, "approve")
    desk.say(take, "reject")
    (records,) = Show.find(desk.store.root).records_folder.glob("*.jsonl")
    whole = records.read_text()
    records.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    for call in (lambda: status(take, desk.store), lambda: status_csv(desk.store, "shotgrid")):
        with pytest.raises(ArtistError) as found:
            call()
        assert found.value.code == "input.tampered"
    with pytest.raises(ArtistError, match="gone"):
        decide(desk.store, take, Wish("present"), desk.keys["ada"], desk.settings)
    assert [one.status for one in summaries(desk.store)] == ["finished, records damaged"]
    records.write_text(whole)
    assert status(take, desk.store).state == "rejected"


def test_an_approval_counts_in_the_show_it_was_given_in_and_in_no_other(desk: Desk) -> None:
    take = desk.take()
    assert desk.say(take, "approve") == "approved"
    show = desk.store.root.parent / "photodouble.toml"
    before = show.read_text()
    show.write_text(before.replace('name = "Peek"', 'name = "Another"', 1))
    found = status(take, desk.store)
    assert (found.state, found.decisions[0].counts) == ("suggestion", False)
    show.write_text(before)
    assert status(take, desk.store).state == "approved"


@pytest.mark.parametrize("reason", ["\x1b[31mred", "turned \u202e round", "x" * 4001])
def test_a_note_that_no_page_can_show_is_refused(desk: Desk, reason: str) -> None:
    take = desk.take()
    with pytest.raises(ArtistError) as refused:
        desk.say(take, "note", reason=reason)
    assert refused.value.code == "usage.bad_value"
    assert desk.say(take, "note", reason="Two\nlines.") == "suggestion"


def test_the_status_says_that_the_show_does_not_allow_the_use(desk: Desk) -> None:
    take = desk.take()
    desk.say(take, "approve")
    show = desk.store.root.parent / "photodouble.toml"
    show.write_text(show.read_text() + '\n[policy.uses]\nfinal = ["supervisor"]\n')
    assert "[policy.uses] must name each use" in status(take, desk.store).text
