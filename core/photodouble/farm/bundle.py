"""A job bundle: a folder that holds all that a farm needs to make one take, the pictures excepted."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.engine.prepare import Prepared, input_files, prepare
from photodouble.image.pattern import parse_pattern
from photodouble.ops.operation import Reporter
from photodouble.provenance.gate import check_near
from photodouble.provenance.permit import FILE as PERMIT
from photodouble.provenance.permit import write_permit
from photodouble.settings import load_settings
from photodouble.takes.files import replacing
from photodouble.takes.store import read_request
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest, new_take_id

from .options import FarmOptions
from .ranges import is_contiguous, to_farm
from .template import job_template

if TYPE_CHECKING:
    from photodouble.provenance.keys import PersonKey

TEMPLATE = "template.json"
VALUES = "parameter_values.json"
ASSETS = "asset_references.json"
REQUEST = "request.json"


@dataclass(frozen=True)
class Bundle:
    """What was written: the folder, the id of the take to be made, and into how many chunks it is cut."""

    folder: Path
    take: str
    tasks: int
    warnings: tuple[str, ...] = ()


def write_bundle(
    request: JobRequest,
    folder: Path,
    options: FarmOptions | None = None,
    *,
    replace: bool = False,
    report: Reporter | None = None,
    key: PersonKey | None = None,
) -> Bundle:
    """Check a request and write its bundle into `folder`; the same request gives the same bytes.

    A request without a take id is given one, which stays with the bundle. Where the operation needs consent,
    a permit lies beside, signed with `key`, or with the user's own; it is new each time. Raises ArtistError
    for a request that cannot run, or may not, and `input.output_exists` if the folder holds another bundle
    and `replace` is not set.
    """
    options = options or FarmOptions()
    request = _with_take(_with_root(request), folder)
    settings = load_settings(Path(request.output_root)).settings
    check_near(request.checked(), settings, "submit", Path(request.output_root))
    prepared = prepare(request, report)
    request = prepared.request
    files = {
        REQUEST: request.to_text(),
        TEMPLATE: _text(
            job_template(request.spec, options, contiguous=is_contiguous(request.range)),
        ),
        VALUES: _text({"parameterValues": parameter_values(request, options)}),
        ASSETS: _text({"assetReferences": _assets(prepared, options, folder)}),
    }
    if not replace:
        _refuse_another(folder, files)
    for name, text in files.items():
        with replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    write_permit(request, folder, key, settings)
    tasks = math.ceil(len(request.range) / max(options.chunk, 1))
    return Bundle(folder, request.take, tasks, prepared.warnings)


def parameter_values(request: JobRequest, options: FarmOptions) -> list[dict[str, Any]]:
    """Return the values of the template's parameters; all that belongs to one job stands here."""
    values: dict[str, Any] = {
        "JobName": _job_name(request),
        "Photodouble": options.program,
        "OutputRoot": request.output_root,
        "Frames": to_farm(request.range),
        "ChunkSize": max(options.chunk, 1),
    }
    if options.output:
        values["Copies"] = options.output
    return [{"name": name, "value": value} for name, value in values.items()]


def _with_root(request: JobRequest) -> JobRequest:
    """Return the request with the root of the settings if it names none: a task has no place to guess it."""
    if request.output_root:
        return request
    root = load_settings().settings.takes_root
    if root:
        return dataclasses.replace(request, output_root=str(Path(root).expanduser().absolute()))
    raise ArtistError(
        "input.bad_request",
        "The request does not say where takes are kept",
        "A farm's machines need one folder that all of them see.",
        "Give the request an output_root, or set takes_root in the settings.",
    )


def _with_take(request: JobRequest, folder: Path) -> JobRequest:
    """Return the request under its id; without one, that of the same request's bundle, or a new one."""
    if request.take:
        return request
    try:
        before = read_request(folder / REQUEST)
        if before.with_take("") == request.checked():
            return before
    except ArtistError:
        pass
    return request.with_take(new_take_id())


def _assets(prepared: Prepared, options: FarmOptions, folder: Path) -> dict[str, Any]:
    """Name every file that is read and every folder that is written, for farms that copy them to and fro."""
    inputs = sorted({str(path) for path in input_files(prepared.shots.values())})
    if prepared.operation.spec.consent == "required":
        inputs.append(str(folder.absolute() / PERMIT))
    outputs = {prepared.request.output_root}
    if options.output:
        outputs.add(str(parse_pattern(options.output, "").folder))
    return {
        "inputs": {"filenames": inputs, "directories": []},
        "outputs": {"directories": sorted(outputs)},
        "referencedPaths": [],
    }


def _job_name(request: JobRequest) -> str:
    words = (request.show, request.sequence, request.shot, request.operation, request.take[:8])
    return " ".join(word for word in words if word)[:120]


def _refuse_another(folder: Path, files: dict[str, str]) -> None:
    different = [name for name, text in files.items() if _differs(folder / name, text)]
    if not different:
        return
    raise ArtistError(
        "input.output_exists",
        "The folder holds another bundle",
        f"{folder} already holds another {different[0]}.",
        "Choose another folder (--to), or replace what it holds (--replace).",
        detail=", ".join(different),
    )


def _differs(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") != text
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True


def _text(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_values(folder: Path) -> dict[str, Any]:
    """Return the parameter values of a bundle; raises ArtistError `input.bad_request` if it is none."""
    try:
        stored = json.loads((folder / VALUES).read_text(encoding="utf-8"))
        return {str(each["name"]): each["value"] for each in stored["parameterValues"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtistError(
            "input.bad_request",
            "This is no bundle",
            f"{folder} holds no readable {VALUES}.",
            "Give the folder that 'photodouble farm bundle' wrote, or a request.json.",
            detail=str(error),
        ) from error
