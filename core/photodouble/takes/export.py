"""Delivery: copies of a take's result that say what they are, with a signed label, and nobody named."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.image.sequence import Sequence as Pictures
from photodouble.ops.operation import Reporter
from photodouble.provenance.known import DELIVERY
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .companions import Companion, companions, unchanged_copy
from .delivery import DeliveryJob, claim, delivery_manifest, labels
from .delivery import ExportWish as ExportWish
from .delivery_check import check_export
from .delivery_copy import convert_picture, copy_picture, suffix_for
from .delivery_folder import appearing_whole, check_wish
from .files import write_json
from .private import PrivateWords
from .record import WrittenFile
from .store import Take, TakeStore

if TYPE_CHECKING:
    from photodouble.provenance.sign import Studio


@dataclass(frozen=True)
class Exported:
    """What was written: the manifest of the delivery, the files, how they are labelled, and notes."""

    manifest: Path
    files: tuple[Path, ...]
    label: str
    status: str
    take_id: str = ""
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "files": len(self.files),
            "label": self.label,
            "manifest": str(self.manifest),
            "notes": list(self.notes),
            "status": self.status,
            "take": self.take_id,
        }


@dataclass(frozen=True)
class _Frame:
    output: str
    frame: int
    written: WrittenFile
    name: str


def export_take(
    take: Take, store: TakeStore, wish: ExportWish, settings: Settings, report: Reporter | None = None
) -> Exported:
    """Write a delivery of a sealed take into a folder: copies, labels, and a manifest without names.

    A final must be approved, current, whole, allowed by consent and policy, and labelled; a temp is written
    without a label where no certificates are, and says so. Raises ArtistError `policy.approval`,
    `policy.forbidden`, `consent.*`, `input.tampered`, `input.output_exists`, `engine.no_take`.
    """
    report = report or Reporter()
    manifest = take.manifest()
    frames = _frames(manifest, wish)
    check_wish(take, wish, [one.name for one in frames])
    cleared = check_export(take, store, wish.use, settings, report)
    beside = companions(take, wish, cleared.record, settings)
    studio, notes = _studio(wish, settings)
    private = PrivateWords.of(take, cleared.show)
    parents = _parents(take, frames, studio)
    with appearing_whole(wish.folder) as folder:
        hidden = dataclasses.replace(wish, folder=folder)
        job = DeliveryJob(take, hidden, cleared, settings, private, studio, manifest)
        names, label = _deliver(job, frames, beside, parents, report)
    return Exported(
        wish.folder / DELIVERY,
        tuple(wish.folder / name for name in names),
        label,
        cleared.status,
        take.take_id,
        (*cleared.notes, *notes),
    )


def _deliver(
    job: DeliveryJob,
    frames: Sequence[_Frame],
    beside: Sequence[Companion],
    parents: Mapping[int, Path],
    report: Reporter,
) -> tuple[list[str], str]:
    """Write, label, check and note everything; return the names of the files and the kind of label."""
    files = _written(job, frames, parents, report)
    files |= _beside(job, beside)
    label = _kind_of_label(job, files)
    stored = delivery_manifest(job, files, label)
    path = job.wish.folder / DELIVERY
    write_json(path, stored)
    for name in (DELIVERY, *files):
        job.private.check_file(job.wish.folder / name)
    signed = _sign_list(job, {**files, DELIVERY: {"file_sha256": file_sha256(path)}})
    _note(job, stored, path, signed)
    return list(files), label


def _frames(manifest: Mapping[str, Any], wish: ExportWish) -> list[_Frame]:
    """List the frames of the result, of every view, with the names that they get."""
    found = []
    for frame, stored in sorted(manifest["frames"].items(), key=lambda pair: int(pair[0])):
        for output, file in sorted(stored["files"].items()):
            if output.partition(".")[0] == "result":
                written = WrittenFile.from_json(file)
                path = Path(written.path)
                name = path.with_suffix(suffix_for(path, wish.format)).name
                found.append(_Frame(output, int(frame), written, name))
    return found


def _studio(wish: ExportWish, settings: Settings) -> tuple[Studio | None, tuple[str, ...]]:
    """Return the certificates to sign with; for a temp their lack is only said."""
    from photodouble.provenance.c2pa_label import is_installed, needs_library
    from photodouble.provenance.sign import find_studio, no_studio

    studio = find_studio(settings) if is_installed() else None
    if studio is not None:
        return studio, ()
    lack = no_studio() if is_installed() else needs_library()
    if wish.use == "final":
        raise lack
    return None, (f"Written without a C2PA label. {lack.message} {lack.fix}",)


def _parents(take: Take, frames: Sequence[_Frame], studio: Studio | None) -> Mapping[int, Path]:
    """Return the plate's own frames where they may carry labels, having checked these labels."""
    from photodouble.provenance.c2pa_label import EMBEDDED, check_parents, is_installed

    request = take.request()
    if studio is None or not is_installed() or "plate" not in request.inputs:
        return {}
    try:
        plate = Pictures.find(request.inputs["plate"].path, view=request.view)
    except ArtistError:
        return {}
    if plate.is_movie or plate.still:
        check_parents([Path(plate.path(plate.frames[0]))])
        return {}
    numbers = [one.frame for one in frames if not plate.missing([one.frame])]
    found = {number: Path(plate.path(number)) for number in numbers}
    check_parents(list(found.values()))
    return {number: path for number, path in found.items() if path.suffix.lower() in EMBEDDED}


def _written(
    job: DeliveryJob, frames: Sequence[_Frame], parents: Mapping[int, Path], report: Reporter
) -> dict[str, dict[str, Any]]:
    """Write every frame, several at a time; return what the manifest says of each, by its name."""
    files = {}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        work = pool.map(lambda one: _write(job, one, parents.get(one.frame)), frames)
        for number, (one, stored) in enumerate(zip(frames, work, strict=True), 1):
            files[one.name] = stored
            report.progress(number, len(frames), "exporting")
    return files


def _write(job: DeliveryJob, one: _Frame, parent: Path | None) -> dict[str, Any]:
    from photodouble.provenance.c2pa import label_file
    from photodouble.provenance.c2pa_label import EMBEDDED

    source, target = job.take.folder / one.written.path, job.wish.folder / one.name
    if file_sha256(source) != one.written.file_sha256:
        raise ArtistError(
            "input.tampered",
            "A picture of the take was changed",
            f"Frame {one.frame} of {job.take.label} is not the file that was written.",
            "Make the take again; see what else changed with 'photodouble verify'.",
            detail=str(source),
        )
    own = target.suffix == source.suffix
    embeds = job.studio is not None and target.suffix.lower() in EMBEDDED
    with tempfile.TemporaryDirectory(prefix=".export-", dir=job.wish.folder) as folder:
        made = Path(folder) / one.name if embeds else target
        if own:
            copy_picture(source, made, labels(job), job.private)
        else:
            convert_picture(_picture(job, source, one.frame), made, labels(job), job.settings)
        if embeds and job.studio is not None:
            label_file(made, target, claim(job), job.studio, [parent] if parent is not None else [])
    return {
        "output": one.output,
        "frame": one.frame,
        "file_sha256": file_sha256(target),
        "pixel_sha256": one.written.pixel_sha256 if own else pixel_sha256(target),
        "take_file_sha256": one.written.file_sha256,
    }


def _picture(job: DeliveryJob, source: Path, frame: int) -> Any:
    from photodouble.ops.opening import plate_like

    return plate_like(job.take.request(), source).read(frame)


def _beside(job: DeliveryJob, companions: Sequence[Companion]) -> dict[str, dict[str, Any]]:
    """Copy the movies and stills that go with the delivery, labelled where that can be."""
    from photodouble.provenance.c2pa import label_file

    files = {}
    for one in companions:
        job.private.check_file(one.path)
        target = job.wish.folder / one.path.name
        with unchanged_copy(one, job.wish.folder) as copy:
            if job.studio is not None:
                label_file(copy, target, claim(job), job.studio)
            else:
                copy.replace(target)
        files[one.path.name] = {
            "output": "beside",
            "frame": None,
            "file_sha256": file_sha256(target),
            "take_file_sha256": one.written.file_sha256,
            "marked": one.written.status,
        }
    return files


def _kind_of_label(job: DeliveryJob, files: Iterable[str]) -> str:
    if job.studio is None:
        return "none"
    return "sidecar" if _loose(files) else "embedded"


def _loose(files: Iterable[str]) -> list[str]:
    """Return the files that hold no label themselves."""
    from photodouble.provenance.c2pa_label import EMBEDDED

    return [name for name in files if Path(name).suffix.lower() not in EMBEDDED]


def _sign_list(job: DeliveryJob, files: Mapping[str, Mapping[str, Any]]) -> str:
    """Sign the list of what holds no label itself: EXR and DPX frames, and the manifest of the delivery.

    Return the hash of the label, empty where there is none.
    """
    from photodouble.provenance.c2pa import label_frames

    if job.studio is None:
        return ""
    listed = {name: str(files[name]["file_sha256"]) for name in _loose(files)}
    _, label = label_frames(job.wish.folder, job.take.stem, listed, claim(job), job.studio)
    return file_sha256(label)


def _note(job: DeliveryJob, stored: Mapping[str, Any], path: Path, label_sha256: str) -> None:
    from photodouble.provenance.ledger import Ledger

    kept = ("export", "take", "use", "status", "consent", "decisions", "label", "record_sha256", "files")
    facts = {"delivery_sha256": file_sha256(path), "label_sha256": label_sha256}
    with Ledger.open(job.settings) as ledger:
        ledger.append("export.signed", {**{key: stored[key] for key in kept}, **facts})
        ledger.sign_head(ledger.key)
