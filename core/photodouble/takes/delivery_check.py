"""May this take leave? Approval, consent, policy and whether it is current: all of it for a final."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .check import check_take
from .review import status
from .review_state import approvers
from .review_words import SUPERSEDED
from .store import Take, TakeStore

if TYPE_CHECKING:
    from photodouble.provenance.gate import GateMark
    from photodouble.provenance.show import Show

    from .review_words import Standing


@dataclass(frozen=True)
class Cleared:
    """A take that may leave: its status, the gate's mark, the records of decisions, and facts by hash."""

    show: Show
    status: str
    mark: GateMark
    decisions: tuple[str, ...]
    models: tuple[str, ...]
    inputs: Mapping[str, str]
    source_type: str
    record: str
    notes: tuple[str, ...] = ()


def check_export(take: Take, store: TakeStore, use: str, settings: Settings, report: Reporter) -> Cleared:
    """Refuse a take that may not leave for a use; raises as `export.export_take`."""
    from photodouble.provenance.c2pa import source_type
    from photodouble.provenance.canonical import digest
    from photodouble.provenance.gate import check
    from photodouble.provenance.origin import models_of
    from photodouble.provenance.show import Show
    from photodouble.provenance.signed import check_whole

    manifest, request = take.manifest(), take.request()
    show = Show.find(store.root)
    check_whole(show, settings)
    standing = status(take, store)
    mark = check(request, show, settings, "export", take=take.folder, use=use)
    if use == "final":
        _check_approval(take, standing, show)
    notes = _check_current(take, use, report)
    models = models_of(manifest)
    return Cleared(
        show=show,
        status=standing.state,
        mark=mark,
        decisions=tuple(one.record for one in standing.approvals),
        models=models,
        inputs={port: digest(frames) for port, frames in manifest["inputs"].items()},
        source_type=source_type(request.operation, manifest["figures"], models),
        record=digest(manifest),
        notes=notes,
    )


def _check_approval(take: Take, standing: Standing, show: Show) -> None:
    """Refuse a final that the named persons of the policy have not approved."""
    from photodouble.provenance.policy import Policy

    missing = Policy.read(show.policy).missing_approvals("final", approvers(standing.approvals, show))
    if standing.is_approved and not missing:
        return
    raise ArtistError(
        "policy.approval",
        "Only an approved take may be exported as final",
        f"{take.label} is {standing.text}."
        + (f" For final the approval of {', '.join(missing)} is missing." if missing else ""),
        _instead(standing),
    )


def _instead(standing: Standing) -> str:
    """Say what to do about a take that is not approved, or not any more."""
    if standing.state == SUPERSEDED:
        return (
            "Export the newer take. If this one shall leave after all, take the approval of the newer back "
            "('photodouble takes reject'); or export this one for temp."
        )
    return "Have it approved ('photodouble takes approve'), or export it for temp."


def _check_current(take: Take, use: str, report: Reporter) -> tuple[str, ...]:
    """Refuse a stale final; of a temp it is only said."""
    changes = [change.message for change in check_take(take, report=report)]
    if changes and use == "final":
        raise ArtistError(
            "policy.forbidden",
            "The take is stale",
            f"What {take.label} was made from has changed since: {changes[0]}.",
            "Make a new take from the plate and matte of now, and have that one approved.",
            detail="; ".join(changes),
        )
    return tuple(f"The take is stale: {one}." for one in changes)
