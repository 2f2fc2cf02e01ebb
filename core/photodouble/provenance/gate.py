"""The gate: nobody's likeness is touched without consent. Asked at submit, at run, at approval and at export.

An operation whose declaration asks for no consent passes at once; only the show's policy is asked for it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings, find_show
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

from .asked import models_of, with_performers
from .consent import REVOKED, Verdict, consent_for
from .override import override_for
from .policy import Policy
from .show import Show
from .signed import take_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photodouble.models.clearance import Clearance

PLACES = ("submit", "run", "approval", "export")
CLEARED, NOT_CLEARED, OVERRIDE = "cleared", "not cleared", "override"
_WORST = ("", CLEARED, NOT_CLEARED, OVERRIDE)
HEADER = "photodouble/consent"


@dataclass(frozen=True)
class GateMark:
    """How a request passed the gate.

    `state` is empty where no consent is needed, else `cleared`, `override` or `not cleared`; `records` are
    the ids of the consents, `override` that of the override, `reasons` what is missing, for people. `models`
    are the hashes of the models it names, by name, `cards` those of their cards, and `flags` what must be
    said of them. `performers` are those whose likeness is shown, where that is known only after the work was
    laid out; None where the request says it.
    """

    state: str = ""
    records: tuple[str, ...] = ()
    override: str = ""
    permit: str = ""
    reasons: tuple[str, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    cards: Mapping[str, str] = field(default_factory=dict)
    performers: tuple[str, ...] | None = None

    @property
    def word(self) -> str:
        """The word that every output carries in its header; empty where there is nothing to say."""
        return self.state if self.state in (NOT_CLEARED, OVERRIDE) else ""

    def header(self) -> dict[str, str]:
        """Return what goes into the header of every output: a word, and nothing about anybody."""
        return {HEADER: self.word} if self.word else {}

    def to_json(self) -> dict[str, Any]:
        """Write what a manifest keeps: ids only."""
        return {
            "state": self.state,
            "records": list(self.records),
            "override": self.override,
            "permit": self.permit,
            **({} if self.performers is None else {"performers": list(self.performers)}),
        }


NO_MARK = GateMark()
"""Passed without a word, because no consent is needed."""


def check(
    request: JobRequest,
    show: Show,
    settings: Settings,
    at: str,
    *,
    take: Path | None = None,
    use: str = "",
    on: date | None = None,
    performers: tuple[str, ...] | None = None,
) -> GateMark:
    """Let a request, or the `take` made from it, pass a place, or refuse it.

    Its models pass first, see `models.clearance`; at `run` their weights are read. At approval and export the
    takes that it was made from must pass, too: nobody's likeness is cleared by working on it once more. A
    take must be what was sealed, and is under an override where its manifest or any picture of it says so.

    `at` is `submit`, `run`, `approval` or `export`; an export is for final unless `use` says otherwise, all
    else for the use that the request names. `performers` says who is shown where that is known better than
    from the request; a finished take says it itself. Raises ArtistError `consent.missing`,
    `consent.not_valid`, `policy.forbidden`, `model.unknown`, `model.refused`, and `input.tampered` where the
    show's records are not as they were signed.
    """
    if at not in PLACES:
        raise ValueError(f"there is no gate at {at!r}")
    shown = _shown(take) if performers is None else performers
    request = with_performers(request) if shown is None else dataclasses.replace(request, performers=shown)
    request = dataclasses.replace(request, use=use or ("final" if at == "export" else request.use))
    policy = Policy.read(show.policy)
    policy.check_use(request.use)
    day = on or datetime.now(UTC).date()
    is_final = at == "export" and request.use == "final"
    made_under = _made_under(take, settings) if at in ("approval", "export") else ""
    cleared = _models(request, show, settings, policy, at, take, day)
    if at in ("approval", "export"):
        for source in source_takes(request):
            check(_request_of(source), show, settings, at, take=source, use=request.use, on=day)
    if is_final:
        _check_final(made_under)
    if request.spec.consent == "none":
        return GateMark(models=cleared.models, flags=cleared.flags, cards=cleared.cards)
    take_in(show, settings)
    verdict = consent_for(request, show, day, also_revoked=revoked_in_ledger(settings), models=cleared.models)
    mark = _mark(request, show, policy, verdict)
    if mark.state == NOT_CLEARED and (request.spec.consent == "required" or at in ("approval", "export")):
        raise _refused(request, verdict, at, show)
    if is_final:
        _check_final(mark.state)
    return dataclasses.replace(
        mark, models=cleared.models, flags=cleared.flags, cards=cleared.cards, performers=shown
    )


def source_takes(request: JobRequest) -> tuple[Path, ...]:
    """Return the folders of the finished takes whose pictures a request reads, none twice."""
    paths = [one.path for one in request.inputs.values()]
    paths += [*request.overrides.values(), *request.locks.values()]
    folders = dict.fromkeys(Path(path).parent.parent for path in paths)
    return tuple(folder for folder in folders if (folder / "manifest.json").is_file())


def check_near(
    request: JobRequest,
    settings: Settings,
    at: str,
    near: Path,
    *,
    on: date | None = None,
    performers: tuple[str, ...] | None = None,
) -> GateMark:
    """Let a request pass a place, by the show that a path lies in; costs nothing where neither matters."""
    if request.spec.consent == "none" and not models_of(request) and find_show(near) is None:
        return NO_MARK
    return check(request, Show.find(near), settings, at, on=on, performers=performers)


def models_here(request: JobRequest, show: Show, settings: Settings) -> Clearance:
    """Let the models of a request pass on the machine that runs it; raises as `check`."""
    today = datetime.now(UTC).date()
    return _models(request, show, settings, Policy.read(show.policy), "run", None, today)


def _models(
    request: JobRequest, show: Show, settings: Settings, policy: Policy, at: str, take: Path | None, day: date
) -> Clearance:
    """Let the models of a request pass; of a finished take those that its manifest names."""
    from photodouble.models.clearance import Clearance, clear_models
    from photodouble.models.registry import ModelRegistry

    names = models_of(request)
    if not names:
        return Clearance()
    policy.check_models(names, made_with(take))
    registry = ModelRegistry.of(settings, show.folder)
    made = made_with(take)
    return clear_models(
        names, request.use, policy, registry, on=day, made_with=made, reads_weights=at == "run"
    )


def made_with(take: Path | None) -> Mapping[str, str]:
    """Return the models that a take was made with, as its manifest names them: hashes by name."""
    return {str(one["name"]): str(one["sha256"]) for one in _manifest(take).get("models", ())}


def _request_of(take: Path) -> JobRequest:
    from photodouble.takes.store import REQUEST, read_request

    return read_request(take / REQUEST)


def worst(words: Iterable[str]) -> str:
    """Return the word that counts for a take whose frames carry several."""
    return max(words, key=_WORST.index, default="")


def recorded(take: Path | None) -> str:
    """Return the state that the manifest of a take keeps; empty where there is none."""
    consent = _manifest(take).get("consent")
    state = str(consent.get("state", "")) if isinstance(consent, Mapping) else ""
    return state if state in _WORST else OVERRIDE


def _shown(take: Path | None) -> tuple[str, ...] | None:
    """Return whose likeness a finished take says it shows; None where its request says it."""
    consent = _manifest(take).get("consent")
    named = consent.get("performers") if isinstance(consent, Mapping) else None
    return tuple(str(one) for one in named) if isinstance(named, list) else None


def _made_under(take: Path | None, settings: Settings) -> str:
    """Return how a finished take passed the gate when it was made; raises `input.tampered`."""
    from photodouble.takes.store import Take, stored_take_id

    from .sealed import check_sealed, words_in_pictures

    if take is None or not (take / "manifest.json").is_file():
        return ""
    found = Take(take, stored_take_id(take), 0, "")
    check_sealed(found, settings)
    return worst([recorded(take), *(word for word in words_in_pictures(found) if word in _WORST)])


def _manifest(take: Path | None) -> Mapping[str, Any]:
    """Return the manifest of a take; empty where there is none."""
    if take is None:
        return {}
    try:
        stored = json.loads((take / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, Mapping) else {}


def revoked_in_ledger(settings: Settings) -> tuple[str, ...]:
    """Return the consents that this engine's own ledger knows to be taken back, whatever the show says."""
    from .known import has_ledger
    from .ledger import Ledger

    if not has_ledger(settings):
        return ()
    with Ledger.open(settings) as ledger:
        return tuple(str(_content(row)["consent"]) for row in ledger.rows(REVOKED))


def _content(row: Any) -> Mapping[str, Any]:
    payload: Any = row.payload
    return payload if isinstance(payload, Mapping) else dict(json.loads(payload))


def _mark(request: JobRequest, show: Show, policy: Policy, verdict: Verdict) -> GateMark:
    if verdict.ok:
        return GateMark(CLEARED, verdict.records)
    found = override_for(request, show, policy)
    if found is not None:
        return GateMark(OVERRIDE, verdict.records, found[0].id, reasons=verdict.reasons)
    return GateMark(NOT_CLEARED, verdict.records, reasons=verdict.reasons)


def _refused(request: JobRequest, verdict: Verdict, at: str, show: Show) -> ArtistError:
    where = {"submit": "handed in", "run": "made", "approval": "approved", "export": "delivered"}[at]
    fix = "File the performer's consent (photodouble consent add), or leave the likeness as it is."
    reasons = verdict.reasons
    if not verdict.found and not show.is_named:
        # The consents may well be filed, in a show that these takes are no part of.
        reasons += (f"The takes are kept in {show.folder}, which lies in no show (photodouble.toml).",)
        fix = (
            "Keep the takes in the show that has the consent (--root), or file it (photodouble consent add)."
        )
    if verdict.found:
        fix = "Have a consent given for this work (photodouble consent add), or change the work to fit it."
    return ArtistError(
        "consent.not_valid" if verdict.found else "consent.missing",
        "The consent does not cover this" if verdict.found else "There is no consent for this",
        f"{request.spec.label} in {request.shot or 'this shot'} may not be {where}. " + " ".join(reasons),
        fix,
        detail=f"use {request.use}; performers {', '.join(request.performers) or 'none'}; at {at}",
    )


def _check_final(state: str) -> None:
    if state != OVERRIDE:
        return
    raise ArtistError(
        "policy.forbidden",
        "Work under an override is never final",
        "It was made, or passed, by the word of a person who let it go on without consent.",
        "File the consent, then make a new take under it; that one may be exported as final.",
    )
