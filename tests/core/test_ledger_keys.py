"""Keys and signatures: a person signs with a key only that user can open, and no edited statement counts."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble.provenance import dsse
from photodouble.provenance.keys import (
    EngineKey,
    PersonKey,
    PublicKey,
    engine_key_in,
    load_person_key,
    load_public,
    needs_passphrase,
    new_person_key,
    own_persons,
    person_file,
)
from photodouble.provenance.people import Person, check_id
from photodouble_client.errors import ArtistError

KIND = "decision.approved"
FACTS = {"schema": 1, "take": "0123", "seed": 2**63}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the keys of this test lie in a folder of its own."""
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "own" / "user.toml"))
    return tmp_path / "own" / "keys"


def signed() -> tuple[dict[str, Any], dict[str, PublicKey]]:
    key = new_person_key("ada")
    return dsse.sign(FACTS, KIND, key), {key.keyid: key.public}


def test_a_signed_statement_opens_and_names_who_signed() -> None:
    envelope, keys = signed()
    payload, person = dsse.opened(json.loads(json.dumps(envelope)), KIND, keys)
    assert person == "ada"
    assert payload == {**FACTS, "seed": str(2**63)}


def payload_changed(envelope: dict[str, Any]) -> None:
    text = base64.b64decode(envelope["payload"]).replace(b"0123", b"9123")
    envelope["payload"] = base64.b64encode(text).decode()


def kind_changed(envelope: dict[str, Any]) -> None:
    envelope["payloadType"] = envelope["payloadType"].replace("approved", "rejected")


def signature_changed(envelope: dict[str, Any]) -> None:
    raw = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    raw[5] ^= 1
    envelope["signatures"][0]["sig"] = base64.b64encode(raw).decode()


def key_renamed(envelope: dict[str, Any]) -> None:
    envelope["signatures"][0]["keyid"] = "0" * 64


def signature_doubled(envelope: dict[str, Any]) -> None:
    envelope["signatures"].append(copy.deepcopy(envelope["signatures"][0]))


def signature_gone(envelope: dict[str, Any]) -> None:
    envelope["signatures"] = []


def payload_gone(envelope: dict[str, Any]) -> None:
    del envelope["payload"]


@pytest.mark.parametrize(
    "edit",
    [
        payload_changed,
        kind_changed,
        signature_changed,
        key_renamed,
        signature_doubled,
        signature_gone,
        payload_gone,
    ],
)
def test_an_edited_envelope_does_not_count(edit: Callable[[dict[str, Any]], None]) -> None:
    envelope, keys = signed()
    edit(envelope)
    with pytest.raises(ArtistError) as caught:
        dsse.opened(envelope, KIND, keys)
    assert caught.value.code == "input.tampered"


@pytest.mark.parametrize("envelope", [None, [], "x", {}, {"payload": 3, "payloadType": 1, "signatures": 2}])
def test_rubbish_is_no_statement(envelope: object) -> None:
    with pytest.raises(ArtistError, match="does not hold"):
        dsse.opened(envelope, KIND, {})


def test_a_statement_of_one_kind_is_none_of_another() -> None:
    envelope, keys = signed()
    with pytest.raises(ArtistError, match="another kind"):
        dsse.opened(envelope, "consent.recorded", keys)


def test_an_unknown_key_does_not_count() -> None:
    envelope, _ = signed()
    eve = new_person_key("eve")
    with pytest.raises(ArtistError, match="not known"):
        dsse.opened(envelope, KIND, {eve.keyid: eve.public})


def test_a_forger_who_files_a_key_under_the_name_of_another_is_found() -> None:
    key = new_person_key("ada")
    eve = new_person_key("eve")
    envelope = dsse.sign(FACTS, KIND, eve)
    envelope["signatures"][0]["keyid"] = key.keyid
    with pytest.raises(ArtistError):
        dsse.opened(envelope, KIND, {key.keyid: key.public})
    with pytest.raises(ArtistError, match="another name"):
        dsse.opened(envelope, KIND, {key.keyid: eve.public})


def test_opening_an_envelope_leaves_it_as_it_is() -> None:
    envelope, keys = signed()
    before = copy.deepcopy(envelope)
    dsse.opened(envelope, KIND, keys)
    assert envelope == before


def test_facts_about_files_have_the_shape_of_in_toto() -> None:
    made = dsse.statement("run.finished", {"b.exr": "22", "a.exr": "11"}, {"take": "x"})
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    assert made["subject"][0] == {"name": "a.exr", "digest": {"sha256": "11"}}


def test_a_key_is_readable_by_its_user_only(own_folder: Path) -> None:
    new_person_key("ada")
    assert person_file("ada") == own_folder / "ada.pem"
    assert person_file("ada").stat().st_mode & 0o777 == 0o600
    assert own_folder.stat().st_mode & 0o077 == 0
    assert [path.name for path in own_folder.iterdir() if path.name.startswith(".")] == []


def test_a_key_that_others_may_read_is_refused() -> None:
    new_person_key("ada")
    person_file("ada").chmod(0o644)
    with pytest.raises(ArtistError) as caught:
        load_person_key("ada")
    assert caught.value.code == "policy.no_person"


def test_a_key_is_never_replaced() -> None:
    first = new_person_key("ada")
    with pytest.raises(ArtistError, match="has a key already"):
        new_person_key("ada")
    assert load_person_key("ada").keyid == first.keyid


def test_a_passphrase_opens_its_key_and_no_other_does() -> None:
    made = new_person_key("ada", "öffne dich")
    assert needs_passphrase("ada")
    assert load_person_key("ada", "öffne dich").keyid == made.keyid
    for wrong in ("", "offne dich"):
        with pytest.raises(ArtistError) as caught:
            load_person_key("ada", wrong)
        assert caught.value.code == "policy.no_person"


def test_a_key_without_passphrase_opens_whatever_is_typed() -> None:
    made = new_person_key("ada")
    assert not needs_passphrase("ada")
    assert load_person_key("ada", "anything").keyid == made.keyid


def test_a_key_file_that_is_no_key_is_told() -> None:
    new_person_key("ada")
    person_file("ada").write_text("rubbish", encoding="utf-8")
    with pytest.raises(ArtistError, match="damaged"):
        load_person_key("ada")


def test_nobody_else_has_a_key() -> None:
    with pytest.raises(ArtistError) as caught:
        load_person_key("bob")
    assert caught.value.code == "policy.no_person"


def test_the_public_half_is_known_without_the_passphrase() -> None:
    made = new_person_key("ada", "secret")
    assert own_persons() == ("ada",)
    assert load_public("ada") == made.public


def test_a_public_key_survives_as_text() -> None:
    public = new_person_key("ada").public
    assert PublicKey.from_text("ada", public.text()) == public


@pytest.mark.parametrize("text", ["", "ed25519:", "ed25519:AAAA", "rsa:" + "A" * 44, "ed25519:%%%%"])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ArtistError, match="cannot be read"):
        PublicKey.from_text("ada", text)


@pytest.mark.parametrize("ident", ["", "Ada", "../ada", "a/b", "ada lovelace", "1st", "a" * 33, "ada\n"])
def test_an_id_is_a_short_plain_word(ident: str) -> None:
    with pytest.raises(ArtistError, match="no id"):
        check_id(ident)


def test_an_engine_keeps_its_key(tmp_path: Path) -> None:
    first, again = engine_key_in(tmp_path), engine_key_in(tmp_path)
    assert first.keyid == again.keyid
    assert first.engine == first.keyid[:16]
    assert isinstance(first, EngineKey)
    assert not isinstance(first, PersonKey)


def test_a_private_key_is_in_no_text_about_it() -> None:
    key = new_person_key("ada")
    assert "private" not in repr(key)


def test_the_lines_of_a_person_are_toml_whatever_the_name() -> None:
    import tomllib

    name = 'Ada "the first" \\ King\n'
    read = tomllib.loads(Person("ada", name, "lead", "ed25519:x").lines())
    assert read == {"people": {"ada": {"name": name, "role": "lead", "key": "ed25519:x"}}}
