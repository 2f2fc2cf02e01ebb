"""A tiny operation that touches a likeness, and a show with people who may decide about it.

The operation fills as inpaint does; what counts is that its declaration asks for consent. It is known only
while a test has registered it.
"""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from photodouble.ops import operation
from photodouble.ops.inpaint.operation import Inpaint
from photodouble.provenance import consent
from photodouble.provenance.consent_record import ConsentRecord
from photodouble.provenance.keys import PersonKey, new_person_key
from photodouble.provenance.show import Show
from photodouble.settings import Settings
from photodouble_client import request as requests
from photodouble_client.param import Param
from photodouble_client.specs import INPAINT

PERFORMER, OTHER = "zoltan-hornblower", "marie-unknown"
MODEL = "face-model"
_CONTROLS = (
    Param("face_model", "choice", "", "Model", "The model that paints.", choices=("", MODEL, "other")),
    Param("target_age", "float", 35.0, "Age", "The age to show.", minimum=0, maximum=120, animates=True),
)


class Likeness(Inpaint):
    """Touch a likeness: refused without consent."""

    key = "likeness"
    spec = dataclasses.replace(
        INPAINT, key="likeness", label="Likeness", params=INPAINT.params + _CONTROLS, consent="required"
    )


class Crowd(Inpaint):
    """Show a crowd: marked without consent."""

    key = "extras"
    spec = dataclasses.replace(INPAINT, key="extras", label="Extras", consent="marked")


def register(patch: pytest.MonkeyPatch) -> None:
    """Let the program know the operations until the test is over."""
    for each in (Likeness, Crowd):
        module = f"{__name__}_{each.key}"
        patch.setitem(sys.modules, module, _Module(each()))
        patch.setitem(operation._OPERATIONS, each.key, module)
        patch.setitem(requests.SPECS, each.key, each.spec)


@dataclass(frozen=True)
class _Module:
    OPERATION: Inpaint


@dataclass
class Likely:
    """A show whose people are ada (supervisor), bo (artist) and eve (no role), each with a key."""

    folder: Path
    settings: Settings
    policy: str = 'override = ["supervisor"]\n'
    keys: dict[str, PersonKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in ("ada", "bo", "eve"):
            self.keys[person] = new_person_key(person)
        self.write(self.policy)

    def write(self, policy: str) -> None:
        """Write the show's file with a policy."""
        roles = {"ada": "supervisor", "bo": "artist", "eve": ""}
        people = "".join(
            f'[people.{person}]\nname = "Name Of {person}"\nrole = "{roles[person]}"\n'
            f'key = "{key.public_text()}"\n'
            for person, key in self.keys.items()
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        text = f'name = "moonfall"\n[policy]\n{policy}\n{people}'
        (self.folder / "photodouble.toml").write_text(text, encoding="utf-8")

    @property
    def show(self) -> Show:
        """The show as its file and its records say now."""
        return Show.find(self.folder)

    def file(self, **changes: object) -> str:
        """File a consent that covers sh010; return its id."""
        given = dataclasses.replace(CONSENT, **changes)  # type: ignore[arg-type]
        consent.add(given, self.show, self.keys["ada"], self.settings)
        return given.id

    def revoke(self, ident: str) -> None:
        """Take a consent back."""
        consent.revoke(ident, "the agent called", self.show, self.keys["bo"], self.settings)


CONSENT = ConsentRecord(
    performer=PERFORMER,
    production="moonfall",
    kind="alteration",
    shots=("sh0*",),
    uses=("ideation", "temp", "final"),
    use_described="Ten years younger in the prologue.",
    valid_from="2020-01-01",
    valid_to="2099-12-31",
    document_sha256="d" * 64,
    filed_by="ada",
    representation="union",
    age_range=(30, 45),
    models=(MODEL,),
)
