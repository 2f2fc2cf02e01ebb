"""The show's policy: uses, approvals, models and who may override; every mistake in it is named."""

from __future__ import annotations

import pytest

from photodouble.provenance.people import Person
from photodouble.provenance.policy import Policy
from photodouble_client.errors import ArtistError

ADA = Person("ada", role="supervisor", key="ed25519:x")
BO = Person("bo", role="artist", key="ed25519:y")
NO_KEY = Person("cy", role="supervisor")


def test_without_a_policy_a_final_needs_any_named_person_and_nobody_overrides() -> None:
    policy = Policy.read({})
    assert policy.missing_approvals("temp", ()) == ()
    assert policy.missing_approvals("final", ()) == ("anyone",)
    assert policy.missing_approvals("final", (BO,)) == ()
    assert not policy.may_override(ADA)


def test_each_role_and_person_named_must_approve() -> None:
    policy = Policy.read({"uses": {"temp": [], "final": ["supervisor", "bo"]}})
    assert policy.missing_approvals("final", (ADA,)) == ("bo",)
    assert policy.missing_approvals("final", (ADA, BO)) == ()


def test_a_use_that_is_not_named_is_forbidden() -> None:
    with pytest.raises(ArtistError) as caught:
        Policy.read({"uses": {"ideation": []}}).check_use("final")
    assert caught.value.code == "policy.forbidden"
    assert "'final = []' added under [policy.uses]" in caught.value.fix


def test_a_final_without_anybody_named_still_needs_a_person() -> None:
    assert Policy.read({"uses": {"final": []}}).missing_approvals("final", ()) == ("anyone",)


def test_a_person_without_a_key_is_not_anyone() -> None:
    assert Policy.read({}).missing_approvals("final", (NO_KEY,)) == ("anyone",)


def test_models_are_allowed_by_name_or_hash() -> None:
    policy = Policy.read({"models": ["good", "f" * 64]})
    policy.check_models(("good",))
    policy.check_models(("other",), {"other": "f" * 64})
    with pytest.raises(ArtistError) as caught:
        policy.check_models(("good", "bad"))
    assert caught.value.code == "policy.forbidden"
    Policy.read({}).check_models(("bad",))


def test_who_overrides_and_permits_is_named_by_id_or_role() -> None:
    policy = Policy.read({"override": ["supervisor"], "permits": ["bo"]})
    assert (policy.may_override(ADA), policy.may_override(BO)) == (True, False)
    assert (policy.may_permit(ADA), policy.may_permit(BO)) == (False, True)


@pytest.mark.parametrize(
    "table",
    [
        {"mood": "good"},
        {"mode": "strict"},
        {"uses": ["final"]},
        {"uses": {"forever": []}},
        {"uses": {"final": "ada"}},
        {"models": "all"},
        {"override": [""]},
        {"permit_hours": 0},
        {"permit_hours": True},
    ],
)
def test_a_mistake_in_the_policy_is_named_and_never_read_as_leave(table: dict[str, object]) -> None:
    with pytest.raises(ArtistError) as caught:
        Policy.read(table)
    assert caught.value.code == "usage.bad_value"
