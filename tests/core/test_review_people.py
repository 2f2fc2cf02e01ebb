"""The people of a show may change; what they decided before is neither lost nor altered in silence."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from finished_takes import Made, make_take

from photodouble.provenance.keys import PersonKey, load_person_key, new_person_key
from photodouble.provenance.ledger import Ledger
from photodouble.provenance.origin import origin_of
from photodouble.provenance.show import Show
from photodouble.provenance.verify import verify
from photodouble.settings import load_settings
from photodouble.takes.review import Wish, decide, status
from photodouble.takes.review_words import APPROVED, Standing
from photodouble_client.errors import ArtistError


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., object]) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("made") / "site"
        folder.mkdir()
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        made = make_take(folder, shot_writer, range(1001, 1003))
        for ident in ("ada", "ben", "eve"):
            new_person_key(ident)
        return made


@pytest.fixture
def made(tmp_path: Path, original: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A show whose settings, too, say where the engine's state lies, so that `status` finds its ledger."""
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "site" / "user.toml"))
    site = original.copied(tmp_path / "site")
    (tmp_path / "site" / "user.toml").write_text(f'engine_folder = "{site.folder / "state"}"\n', "utf-8")
    people(site, ada=("supervisor", "ada"), ben=("artist", "ben"))
    return site


def people(made: Made, policy: str = "", former: str = "", **table: tuple[str, str]) -> None:
    """Write the show's file: each person with a role and the key that lies under a name."""
    lines = ['name = "demo"', policy]
    for ident, (role, key) in table.items():
        lines += [f"[people.{ident}]", f'role = "{role}"']
        lines += [f'key = "{load_person_key(key).public_text()}"'] if key else []
        lines += (
            [f'former = ["{load_person_key(former).public_text()}"]'] if former and ident == "ada" else []
        )
    (made.show / "photodouble.toml").write_text("\n".join(lines), encoding="utf-8")


def said(made: Made, word: str, by: str, key: PersonKey | None = None) -> None:
    decide(made.store, made.take, Wish(word), key or load_person_key(by), made.settings)


def standing(made: Made) -> Standing:
    return status(made.take, made.store)


def test_where_nobody_changed_there_is_no_notice(made: Made) -> None:
    assert load_settings(made.store.root).settings.engine_folder == made.settings.engine_folder
    said(made, "present", "ben")
    said(made, "approve", "ada")
    assert (standing(made).state, standing(made).notices) == (APPROVED, ())


def test_the_signed_statement_and_the_ledger_hold_who_was_there(made: Made) -> None:
    said(made, "approve", "ada")
    (record,) = Show.find(made.show).records("decision.")
    pinned = record.payload["predicate"]["seen"]
    assert pinned["people"]["ada"] == {"role": "supervisor", "key": load_person_key("ada").keyid}
    with Ledger.open(made.settings) as ledger:
        (row,) = ledger.rows("decision.approved")
    assert row.payload["predicate"]["seen"] == pinned


@pytest.mark.parametrize(
    "table, told",
    [
        ({"ada": ("supervisor", "ada")}, "ben was taken out"),
        (
            {"ada": ("supervisor", "ada"), "ben": ("artist", "ben"), "eve": ("lead", "eve")},
            "eve was added as lead",
        ),
        ({"ada": ("supervisor", "ada"), "ben": ("supervisor", "ben")}, "ben was artist and is supervisor"),
        ({"ada": ("supervisor", "ada"), "ben": ("artist", "eve")}, "ben has another key"),
        ({"ada": ("supervisor", "ada"), "ben": ("artist", "")}, "ben has no key any more"),
    ],
)
def test_a_change_of_the_people_after_an_approval_is_a_notice(
    made: Made, table: dict[str, tuple[str, str]], told: str
) -> None:
    said(made, "approve", "ada")
    people(made, **table)
    assert standing(made).state == APPROVED
    (notice,) = standing(made).notices
    assert re.match(r"The people of this show changed after this decision \(approved by .*\): ", notice)
    assert notice.endswith(f": {told}.")
    assert origin_of(made.take, made.store, made.settings).notices == (notice,)
    assert verify(str(made.take.folder), made.store, made.settings).is_intact


def test_a_change_of_the_policy_is_a_notice_too(made: Made) -> None:
    said(made, "approve", "ada")
    people(made, '[policy]\nmode = "deliverable"', ada=("supervisor", "ada"), ben=("artist", "ben"))
    assert standing(made).notices[0].endswith(": the policy is another.")


def test_a_key_that_was_replaced_without_a_word_does_not_void_an_approval_in_silence(made: Made) -> None:
    said(made, "approve", "ada")
    people(made, ada=("supervisor", "eve"), ben=("artist", "ben"))
    now = standing(made)
    assert now.state != APPROVED
    assert "nobody of the show has its key" in now.notices[0]
    assert not verify(str(made.take.folder), made.store, made.settings).is_intact


def test_what_a_former_key_signed_still_counts_and_it_signs_no_more(made: Made) -> None:
    said(made, "approve", "ada")
    people(made, former="ada", ada=("supervisor", "eve"), ben=("artist", "ben"))
    now = standing(made)
    assert now.state == APPROVED
    assert now.notices[0].endswith(": ada has another key.")
    assert verify(str(made.take.folder), made.store, made.settings).is_intact
    with pytest.raises(ArtistError) as caught:
        said(made, "reject", "ada")
    assert caught.value.code == "policy.no_person"


def test_somebody_who_left_keeps_what_they_approved(made: Made) -> None:
    said(made, "approve", "ada")
    people(made, former="ada", ada=("supervisor", ""), ben=("artist", "ben"))
    assert standing(made).state == APPROVED
    assert standing(made).notices[0].endswith(": ada has no key any more.")


def test_somebody_who_came_in_just_before_deciding_is_named(made: Made) -> None:
    said(made, "present", "ben")
    people(made, ada=("supervisor", "ada"), ben=("artist", "ben"), eve=("supervisor", "eve"))
    said(made, "approve", "eve")
    (notice,) = standing(made).notices
    assert notice.startswith("New since the decision before this one (approved by eve")
    assert notice.endswith(": eve was added as supervisor.")


def test_whoever_lays_a_key_of_their_own_under_a_name_is_noticed(made: Made) -> None:
    said(made, "present", "ada")
    people(made, former="ada", ada=("supervisor", "eve"), ben=("artist", "ben"))
    key = load_person_key("eve")
    said(made, "approve", "ada", PersonKey("ada", key.public, key.private))
    assert any(notice.endswith(": ada has another key.") for notice in standing(made).notices)


def test_one_key_is_not_the_former_one_of_somebody_else(made: Made) -> None:
    people(made, former="ben", ada=("supervisor", "ada"), ben=("artist", "ben"))
    with pytest.raises(ArtistError, match="ada and ben"):
        Show.find(made.show)


@pytest.mark.parametrize("former", ['"ed25519:x"', "[1]", "{}"])
def test_former_keys_are_a_list_of_texts(made: Made, former: str) -> None:
    (made.show / "photodouble.toml").write_text(f"[people.ada]\nformer = {former}\n", encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        Show.find(made.show)
    assert caught.value.code == "usage.bad_value"


def test_the_commands_tell_the_notices(
    made: Made, photodouble: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    said(made, "approve", "ada")
    people(made, ada=("supervisor", "ada"))
    shown = photodouble("takes", "status", made.take.folder)
    assert "Notice: The people of this show changed" in shown.stdout
    told = json.loads(photodouble("takes", "status", made.take.folder, "--json").stdout)
    assert len(told["notices"]) == 1
    assert "notice: The people of this show changed" in photodouble("verify", made.take.folder).stdout
