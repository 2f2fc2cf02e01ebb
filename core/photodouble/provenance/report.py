"""The report that goes with a delivery: for each shot the use, whose approval, and what right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.settings import Settings
from photodouble.takes.readable import LeftOut, left_out
from photodouble.takes.review import standings, status
from photodouble.takes.review_words import REJECTED, RETAKE, STATES, SUPERSEDED, Standing
from photodouble.takes.store import Take, TakeStore, names_of
from photodouble_client.errors import ArtistError

from .known import exported
from .origin import Origin, origin_of
from .show import Show
from .surroundings import Look, look_at
from .verify import Verified, verify

_PARTS = (
    ("share_plate", "the plate itself"),
    ("share_real", "real frames"),
    ("share_interpolated", "interpolated"),
    ("share_synthesised", "invented"),
    ("share_artist", "painted by an artist"),
    ("share_crowd", "crowd elements"),
)


@dataclass(frozen=True)
class ReportShot:
    """What the report says of one take; texts are for people, prompts are left out."""

    label: str
    take_id: str
    use: str
    frames: str
    operation: str
    state: str
    is_approved: bool
    intact: str
    is_intact: bool
    needs: tuple[tuple[str, str, bool], ...]
    approvals: tuple[str, ...]
    models: tuple[str, ...]
    consent: str
    generated: str
    parts: tuple[str, ...]
    c2pa: tuple[str, ...]
    source_type: str
    record: str


@dataclass(frozen=True)
class Report:
    """The whole report: the show, the day it was made, and its shots.

    `left_out` are takes that this version cannot read; `also` is what is wrong elsewhere in the store.
    """

    show: str
    day: str
    shots: tuple[ReportShot, ...] = field(default=())
    left_out: tuple[LeftOut, ...] = field(default=())
    also: tuple[str, ...] = field(default=())

    @property
    def open_points(self) -> int:
        """How many needs are not met yet; files that are not as they were written are one more.

        A take that had to be left out is an open point, too.
        """
        unmet = sum(not met for shot in self.shots for _, _, met in shot.needs)
        return unmet + sum(not shot.is_intact for shot in self.shots) + len(self.left_out)


def make_report(takes: Sequence[Take], store: TakeStore, settings: Settings, day: str) -> Report:
    """Gather the report of the named takes; every picture of them is read and compared.

    A take that this version cannot read is named and left out.
    """
    show, gaps = Show.find(store.root), left_out(takes)
    names = {one.label for one in gaps}
    desk = _Desk(store, show, settings, exported(settings), look_at(store, store.root, settings))
    found = [_shot(take, desk) for take in takes if take.label not in names]
    own = {fault for _, looked in found for fault in looked.faults}
    also = dict.fromkeys(fault for _, looked in found for fault in looked.elsewhere if fault not in own)
    shots = tuple(shot for shot, _ in found)
    return Report(show.name or show.folder.name, day, shots, gaps, tuple(also))


def newest_takes(store: TakeStore) -> list[Take]:
    """Return one take for each shot and operation: the newest approved one, else the newest finished one.

    Takes that this version cannot read come with them where they may be newer.
    """
    found: dict[Path, Take] = {}
    strange: list[Take] = []
    approved: set[Path] = set()
    states = standings(store)
    for take in store.all():
        place = take.folder.parent
        if not take.is_sealed or place in approved:
            continue
        if take.take_id not in states:
            strange.append(take)
            continue
        if states[take.take_id].is_approved:
            approved.add(place)
            found[place] = take
        found.setdefault(place, take)
    return [*found.values(), *strange]


@dataclass(frozen=True)
class _Desk:
    """What every shot of a report is looked up in."""

    store: TakeStore
    show: Show
    settings: Settings
    exports: Sequence[Mapping[str, Any]]
    look: Look

    def exports_of(self, take_id: str) -> list[Mapping[str, Any]]:
        return [one for one in self.exports if one["take"] == take_id]


def _shot(take: Take, desk: _Desk) -> tuple[ReportShot, Verified]:
    from photodouble.provenance.c2pa import SOURCE, source_type

    from .canonical import digest

    store, settings, exports = desk.store, desk.settings, desk.exports_of(take.take_id)
    manifest = take.manifest()
    origin = origin_of(take, store, settings)
    standing = status(take, store)
    looked = verify(str(take.folder), store, settings, look=desk.look)
    uses = list(dict.fromkeys([origin.use, *(str(one["use"]) for one in exports)]))
    shot = ReportShot(
        label=take.label,
        take_id=take.take_id,
        use=origin.use + "".join(f", exported for {use}" for use in uses[1:]),
        frames=origin.frames,
        operation=origin.operation,
        state=standing.text,
        is_approved=standing.is_approved,
        intact=f"all {len(looked.files)} files as they were written" if looked.is_intact else _broken(looked),
        is_intact=looked.is_intact,
        needs=(*_needs(take, origin, standing, uses), *_replaced(take, standing, uses, desk)),
        approvals=tuple(_approvals(standing, desk.show)),
        models=tuple(_models(origin.models, settings, desk.show)),
        consent=_consent(origin, manifest),
        generated=_generated(take, manifest),
        parts=tuple(_parts(manifest["figures"])),
        c2pa=tuple(_c2pa(exports)) or ("not exported yet",),
        source_type=source_type(origin.operation, manifest["figures"], origin.models).removeprefix(SOURCE),
        record=digest(manifest),
    )
    return shot, looked


def _needs(
    take: Take, origin: Origin, standing: Standing, uses: Sequence[str]
) -> Iterable[tuple[str, str, bool]]:
    """Say what needs somebody's written word, whose, and whether it is there."""
    request = take.request()
    if "final" in uses:
        is_approved = standing.is_approved or (standing.state == SUPERSEDED and bool(standing.approvals))
        yield "final deliverable", "written approval of a named person", is_approved
    if standing.state in (RETAKE, REJECTED):
        yield f"{STATES[standing.state]} in review", "a new take, and a decision about that one", False
    if request.spec.consent != "none" or request.performers:
        yield (
            "likeness of a performer",
            "consent for this shot and use",
            origin.consent in ("cleared", "not needed"),
        )
    if origin.consent == "override":
        yield "made under an override", "a consent, and a new take under it", False
    if origin.models:
        yield "trained model", "its card and the vendor's attestation", True
    if any(origin.prompts.values()):
        yield (
            "text prompts",
            "a person who looks for other people's property in the result",
            standing.is_approved,
        )


def _approvals(standing: Standing, show: Show) -> Iterable[str]:
    for one in standing.approvals:
        person = show.people.get(one.person)
        role = f", {person.role}" if person is not None and person.role else ""
        noted = f", noted by {one.signer_name or one.signer}" if one.signer != one.person else ""
        where = f", {one.reference}" if one.reference else ""
        yield f"{one.name or one.person}{role}, {one.date or one.at[:10]}{where}{noted}"


def _models(models: Iterable[str], settings: Settings, show: Show) -> Iterable[str]:
    from photodouble.models.registry import ModelRegistry

    cards = {card.sha256: card for card in ModelRegistry.of(settings, show.folder).cards()}
    for sha in models:
        card = cards.get(sha)
        if card is None:
            yield f"{sha[:12]}: no card, nobody knows what it is"
            continue
        word = card.attestation
        until = (
            f"attested by {word.vendor} until {word.valid_to or 'an unknown day'}" if word else "not attested"
        )
        yield f"{card.name} ({sha[:12]}): licence {card.licence or 'unknown'}, {until}"


def _consent(origin: Origin, manifest: Mapping[str, Any]) -> str:
    stored = manifest.get("consent")
    records = stored.get("records", []) if isinstance(stored, Mapping) else []
    return f"{origin.consent} ({', '.join(str(one) for one in records)})" if records else origin.consent


def _generated(take: Take, manifest: Mapping[str, Any]) -> str:
    """Say which share of the picture was replaced; of a stereo take, that of each view together."""
    figures = manifest["figures"]
    count = sum(value for key, value in figures.items() if key.partition(".")[0] == "filled_pixels")
    views = sum(key.partition(".")[0] == "filled_pixels" for key in figures)
    whole = _picture_size(take, manifest) * len(manifest["frames"]) * max(views, 1)
    return f"{100 * count / whole:.2f} % of the picture replaced" if whole else "not known"


def _picture_size(take: Take, manifest: Mapping[str, Any]) -> int:
    from photodouble.engine.headers import windows_at
    from photodouble.image.sequence import Sequence as Pictures

    frame, stored = next(iter(manifest["frames"].items()))
    path = next(one["path"] for key, one in stored["files"].items() if key.partition(".")[0] == "result")
    try:
        shown = windows_at(Pictures.find(take.folder / path), int(frame)).display
    except ArtistError:
        return 0
    return shown.width * shown.height


def _parts(figures: Mapping[str, float]) -> Iterable[str]:
    for key, name in _PARTS:
        share = figures.get(key, 0.0)
        if share:
            yield f"{100 * share:.1f} % {name}"


def _replaced(
    take: Take, standing: Standing, uses: Sequence[str], desk: _Desk
) -> Iterable[tuple[str, str, bool]]:
    """Say where what was delivered as final is not the take that is approved now."""
    if "final" in uses:
        if standing.state == SUPERSEDED:
            yield "delivered as final, and superseded since", "the newer take delivered instead", False
        return
    beside = desk.store.versions(names_of(take.request()))
    older = [one for one in beside if one.version < take.version and standing.is_approved]
    for one in older:
        if any(stored["use"] == "final" for stored in desk.exports_of(one.take_id)):
            yield f"v{one.version:03d} was delivered as final", "this newer approved take delivered", False


def _c2pa(exports: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Say how each delivery of a take is labelled, as the ledger knows it; like ones in one line."""
    words = {
        "none": "no label",
        "sidecar": "signed label beside the frames",
        "embedded": "label in every file",
    }
    lines = (
        f"for {one['use']} as {str(one['status']).replace('_', ' ')}: {words.get(one['label'], one['label'])}"
        for one in exports
    )
    for line, times in Counter(lines).items():
        yield line if times == 1 else f"{line} ({times} times)"


def _broken(looked: Verified) -> str:
    first = looked.first_bad
    return f"{first.path.name}: {first.state}" if first is not None else str(looked.faults[0])
