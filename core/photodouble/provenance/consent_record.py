"""The consent of a performer: what was agreed to, said so definitely that a request fits it or does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from photodouble_client.request import USES, JobRequest
from photodouble_client.stored import Json, Upgrade, bad_request, refuse_unknown, upgraded

from .asked import ages_of, models_of, shot_names
from .canonical import digest
from .people import check_id

UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
KINDS = ("cosmetic", "alteration", "replica", "background")
REPRESENTATIONS = ("counsel", "union", "estate", "none")
KINDS_THAT_COVER: Mapping[str, tuple[str, ...]] = {
    "required": ("alteration", "replica"),
    "marked": ("background", "alteration", "replica"),
}
"""Which kinds of consent an operation needs, by what its declaration says of consent."""
EVERY = "*"


@dataclass(frozen=True)
class ConsentRecord:
    """What one performer agreed to, in one production.

    `shots` are names or patterns such as `sh010`, `sc12/*`; `models` names or hashes of models, `*` for any,
    none for work without a model; `age_range` the youngest and oldest age that may be shown, None where no
    age may be changed. Days are ISO text, both included; the document itself stays where it is filed.
    """

    performer: str
    production: str
    kind: str
    shots: tuple[str, ...]
    uses: tuple[str, ...]
    use_described: str
    valid_from: str
    valid_to: str
    document_sha256: str
    filed_by: str
    representation: str = "none"
    age_range: tuple[float, float] | None = None
    models: tuple[str, ...] = ()
    training: bool = False

    @property
    def id(self) -> str:
        """Name the consent by its content, so that filing it twice is filing it once."""
        return "c" + digest(self._content())[:15]

    def to_json(self) -> Json:
        """Write the consent as plain JSON values."""
        return {"schema": SCHEMA, "consent": self.id, **self._content()}

    @classmethod
    def from_json(cls, given: Any) -> ConsentRecord:
        """Read a consent; raises ArtistError `input.bad_request`."""
        if not isinstance(given, Mapping):
            raise bad_request("A consent is no set of named fields.", "Write it as a JSON object.")
        stored = upgraded(given, UPGRADES, "consent")
        names = [each.name for each in dataclasses.fields(cls)]
        refuse_unknown(stored, ["schema", "consent", *names], "consent")
        fields = {name: stored[name] for name in names if name in stored}
        for name in ("shots", "uses", "models", "age_range"):
            if isinstance(fields.get(name), list):
                fields[name] = tuple(fields[name])
        try:
            return checked(cls(**fields))
        except TypeError as problem:
            raise bad_request(f"A consent lacks something: {problem}.", "Give every field.") from problem

    def misfits(
        self, request: JobRequest, production: str, on: date, hashes: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Say in plain words why this consent does not cover a request on a day; empty where it does.

        `hashes` are those of the models, by name, so that either may stand in the consent.
        """
        return (*self._misfits(request, production, on), *self._models(request, hashes), *self._ages(request))

    def _misfits(self, request: JobRequest, production: str, on: date) -> Iterable[str]:
        if production and self.production != production:
            yield f"it was given for the production {self.production}, and this is {production}"
        if self.kind not in KINDS_THAT_COVER.get(request.spec.consent, KINDS):
            yield f"it was given for {self.kind} work only"
        if not any(fnmatchcase(name, shot) for shot in self.shots for name in shot_names(request)):
            shot = request.shot or "no named shot"
            yield f"it covers the shots {', '.join(self.shots)}, and this is {shot}"
        if request.use not in self.uses:
            yield f"it allows the uses {', '.join(self.uses)}, and this is {request.use}"
        if on < date.fromisoformat(self.valid_from):
            yield f"it begins on {self.valid_from}"
        if on > date.fromisoformat(self.valid_to):
            yield f"it expired on {self.valid_to}"

    def _models(self, request: JobRequest, hashes: Mapping[str, str]) -> Iterable[str]:
        allowed = {*self.models}
        named = models_of(request)
        strange = [model for model in named if not {model, hashes.get(model, model), EVERY} & allowed]
        if strange:
            yield f"it does not allow the model {', '.join(strange)}"

    def _ages(self, request: JobRequest) -> Iterable[str]:
        ages = ages_of(request)
        if not ages:
            return
        if self.age_range is None:
            yield "it allows no change of age"
        elif min(ages) < self.age_range[0] or max(ages) > self.age_range[1]:
            youngest, oldest = self.age_range
            yield f"it allows ages from {youngest:g} to {oldest:g}, and this asks for {_span(ages)}"

    def _content(self) -> Json:
        stored = dataclasses.asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in stored.items()}


def checked(consent: ConsentRecord) -> ConsentRecord:
    """Return a consent that says something definite; raises ArtistError `input.bad_request`."""
    for person in (consent.performer, consent.filed_by):
        check_id(person)
    texts = (consent.production, consent.use_described)
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise _unclear("It names the production and describes the use in words of its own.")
    _check_choice("kind", (consent.kind,), KINDS)
    _check_choice("representation", (consent.representation,), REPRESENTATIONS)
    _check_choice("uses", consent.uses, USES)
    if not (consent.shots and all(isinstance(shot, str) and shot.strip() for shot in consent.shots)):
        raise _unclear("It names the shots or scenes it covers.")
    if not all(isinstance(model, str) and model for model in consent.models):
        raise _unclear("Models are named by name or hash.")
    if type(consent.training) is not bool:
        raise _unclear("Training on the likeness is allowed or not: true or false.")
    _check_days(consent)
    _check_ages(consent.age_range)
    document = consent.document_sha256
    if not (isinstance(document, str) and len(document) == 64 and set(document) <= set("0123456789abcdef")):
        raise _unclear("The hash of the signed document is 64 hexadecimal digits.")
    return consent


def _check_choice(name: str, values: Sequence[Any], choices: Sequence[str]) -> None:
    if isinstance(values, str) or not values or any(value not in choices for value in values):
        raise _unclear(f"{name} is given as {', '.join(map(str, values)) or 'nothing'}.", choices)


def _check_days(consent: ConsentRecord) -> None:
    try:
        first, last = date.fromisoformat(consent.valid_from), date.fromisoformat(consent.valid_to)
    except (TypeError, ValueError):
        raise _unclear("Its first and last day are written as 2026-12-31.") from None
    if last < first:
        raise _unclear("Its last day lies before its first.")


def _check_ages(ages: Any) -> None:
    if ages is None:
        return
    is_pair = isinstance(ages, tuple) and len(ages) == 2
    if (
        not is_pair
        or not all(type(age) in (int, float) for age in ages)
        or not 0 <= ages[0] <= ages[1] <= 150
    ):
        raise _unclear("The ages are the youngest and the oldest, such as 30 and 45.")


def _unclear(message: str, choices: Sequence[str] = ()) -> Any:
    fix = f"Use {', '.join(choices)}." if choices else "Give what the signed document says."
    return bad_request(f"The consent is not clear. {message}", fix)


def _span(ages: Sequence[float]) -> str:
    return f"{min(ages):g}" if min(ages) == max(ages) else f"{min(ages):g} to {max(ages):g}"
