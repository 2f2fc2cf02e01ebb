"""Who made a take, when, with what, by whose consent, and what was decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from photodouble.settings import Settings
from photodouble.takes.store import Take, TakeStore
from photodouble_client.errors import ArtistError
from photodouble_client.specs import SPECS

from .known import has_ledger


@dataclass(frozen=True)
class Origin:
    """The facts of one take. Person and prompts are for people at the show: they are never exported."""

    take_id: str
    label: str
    operation: str
    shot: str
    use: str
    frames: str
    person: str = ""
    when: str = ""
    software: str = ""
    models: tuple[str, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)
    consent: str = "not needed"
    decision: str = "suggestion"
    decided_by: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "consent": self.consent,
            "decided_by": self.decided_by,
            "decision": self.decision,
            "frames": self.frames,
            "label": self.label,
            "models": list(self.models),
            "notices": list(self.notices),
            "operation": self.operation,
            "person": self.person,
            "prompts": dict(self.prompts),
            "shot": self.shot,
            "software": self.software,
            "take": self.take_id,
            "use": self.use,
            "when": self.when,
        }

    @property
    def sentence(self) -> str:
        """Say in one line who made the take, when and with what."""
        who = f" by {self.person}" if self.person else ""
        when = f" on {self.when[:10]}" if self.when else ""
        models = ", ".join(one[:12] for one in self.models) or "no model"
        prompts = "; ".join(f"{key} {text!r}" for key, text in self.prompts.items() if text) or "no prompt"
        return f"made{who}{when} with {self.operation}, {models}, {prompts}"


def origin_of(take: Take, store: TakeStore, settings: Settings) -> Origin:
    """Gather the facts of a take from its request, its manifest, the ledger and the decisions."""
    request = take.request()
    manifest = take.manifest() if take.is_sealed else {}
    params = SPECS[request.operation].params if request.operation in SPECS else ()
    words = {param.key: str(request.values.get(param.key, "")) for param in params if _is_prompt(param)}
    decision, decided_by, notices = decision_of(take, store)
    return Origin(
        take_id=take.take_id,
        label=take.label,
        operation=request.operation,
        shot=request.shot,
        use=request.use,
        frames=request.range.to_text(),
        person=request.person,
        when=_when(take, settings),
        software=str(manifest.get("software", "")),
        models=models_of(manifest),
        prompts=words,
        consent=consent_of(take, manifest),
        decision=decision,
        decided_by=decided_by,
        figures=manifest.get("figures", {}),
        notices=notices,
    )


def origins_of(takes: Iterable[str], store: TakeStore, settings: Settings) -> list[Origin]:
    """Gather the facts of takes by their ids; those that are not in the store are left out."""
    there = {take.take_id: take for take in store.all()}
    return [origin_of(there[one], store, settings) for one in takes if one in there]


def models_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the hashes of the models that a take was made with."""
    stored = manifest.get("models", {})
    found = stored.values() if isinstance(stored, Mapping) else stored
    return tuple(str(one["sha256"] if isinstance(one, Mapping) else one) for one in found)


def consent_of(take: Take, manifest: Mapping[str, Any]) -> str:
    """Return how it stands with consent: not needed, cleared, or override.

    Of an operation that this version does not know, what the manifest says.
    """
    operation = take.request().operation
    if operation in SPECS and SPECS[operation].consent == "none":
        return "not needed"
    stored = manifest.get("consent")
    return str(stored.get("state", "") if isinstance(stored, Mapping) else "") or "not cleared"


def decision_of(take: Take, store: TakeStore) -> tuple[str, str, tuple[str, ...]]:
    """Return the state of a take in words, who decided, and notices about the show's people since.

    A decision that is not signed is called so.
    """
    from photodouble.takes.review import status

    try:
        standing = status(take, store)
    except ArtistError as error:
        return f"not known: {error.message}", "", ()
    people = [one.person for one in standing.approvals]
    return standing.text, ", ".join(dict.fromkeys(people)), standing.notices


def _is_prompt(param: Any) -> bool:
    return bool(param.kind == "prompt")


def _when(take: Take, settings: Settings) -> str:
    """Return when the ledger of this machine saw the take finished; empty where it did not."""
    if not has_ledger(settings):
        return ""
    from .ledger import Ledger

    try:
        with Ledger.open(settings) as ledger:
            rows = list(ledger.rows("run.", take=take.take_id))
    except ArtistError:
        return ""
    return rows[-1].ts if rows else ""
