"""`photodouble farm`: bundles for a farm, plain command lines, and running a bundle on this machine."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.takes.finding import found_take, store_at
from photodouble_client.errors import ArtistError

from .jobs import absolute, check_pattern, incomplete, stopping
from .reading import number_above, number_from
from .telling import tell, tell_json, telling

if TYPE_CHECKING:
    from photodouble.farm.options import FarmOptions
    from photodouble.provenance.keys import PersonKey
    from photodouble_client.request import JobRequest

REQUEST_HELP = "The request file, or the folder of a bundle or take."


def add(commands: Any) -> None:
    """Add the command and its subcommands to the command line."""
    text = "Make one take on many machines: bundles, plain command lines, and a run on this machine."
    parser = commands.add_parser("farm", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_bundle(actions)
    _add_run(actions)
    _add_commands(actions)
    _add_session(actions, "enter", "Start the engine of a farm session; the bundle does it.", enter)
    _add_session(actions, "leave", "Stop the engine of a farm session; the bundle does it.", leave)


def _add_bundle(actions: Any) -> None:
    text = "Write an Open Job Description bundle: analyse, chunks of frames, finish."
    parser = actions.add_parser("bundle", help=text, description=text)
    parser.add_argument("request", metavar="REQUEST", help=REQUEST_HELP)
    parser.add_argument(
        "--to", default="", metavar="FOLDER", help="Write it here; default: beside the request, by its name."
    )
    _add_chunk_flags(parser)
    _add_machine_flags(parser)
    parser.add_argument(
        "--by",
        default="",
        metavar="ID",
        help="Who signs the permit of an operation that needs consent; default: you, by the key you hold.",
    )
    parser.add_argument(
        "--replace", action="store_true", help="Write over another bundle in the same folder."
    )
    parser.add_argument("--json", action="store_true", help="Print what was written as JSON.")
    parser.set_defaults(call=bundle)


def _add_run(actions: Any) -> None:
    text = "Run a bundle, or a request, on this machine with openjd, as a farm would."
    parser = actions.add_parser("run", help=text, description=text)
    parser.add_argument("bundle", metavar="BUNDLE", help=REQUEST_HELP)
    parser.add_argument(
        "--frames", default="", metavar="FRAMES", help="Run only this chunk again, after it failed."
    )
    parser.add_argument(
        "--log", default="", metavar="FILE", help="Keep the log here; default: farm.log in the bundle."
    )
    _add_chunk_flags(parser)
    parser.add_argument("--quiet", action="store_true", help="Say nothing but notes and errors.")
    parser.add_argument("--json", action="store_true", help="Print every event as one JSON line.")
    parser.set_defaults(call=run)


def _add_commands(actions: Any) -> None:
    text = "Print the same steps as plain command lines, with what each waits for, for any farm manager."
    parser = actions.add_parser("commands", help=text, description=text)
    parser.add_argument("request", metavar="REQUEST", help=REQUEST_HELP)
    _add_chunk_flags(parser)
    _add_program_flag(parser)
    parser.add_argument(
        "--for",
        dest="system",
        choices=("posix", "windows"),
        default="windows" if sys.platform == "win32" else "posix",
        help="The system whose command lines are written; default: this one's.",
    )
    parser.add_argument("--json", action="store_true", help="Print JSON for scripts.")
    parser.set_defaults(call=commands)


def _add_session(actions: Any, name: str, text: str, function: Any) -> None:
    parser = actions.add_parser(name, help=text, description=text)
    parser.add_argument("folder", metavar="FOLDER", help="The working folder of the session.")
    parser.set_defaults(call=function)


def _add_chunk_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("The job")
    group.add_argument("--chunk", type=number_from(1), metavar="N", help="Frames in one task; default 10.")
    group.add_argument(
        "--output", default="", metavar="PATTERN", help="When the take is finished, copy its result here."
    )
    group.add_argument(
        "--layers", action="store_true", help="Let --output hold all outputs, as layers of one EXR per frame."
    )
    group.add_argument("--overwrite", action="store_true", help="Let --output replace existing files.")


def _add_machine_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("The machines")
    _add_program_flag(group)
    group.add_argument(
        "--memory", type=number_above(0), metavar="GB", help="What a machine must have; default 8."
    )
    group.add_argument(
        "--gpu-memory",
        type=number_above(0),
        metavar="GB",
        help="Ask for a graphics card with so much memory; default: none is asked for.",
    )
    group.add_argument(
        "--timeout", type=number_from(1), metavar="MINUTES", help="Stop a longer task; default 720."
    )
    group.add_argument(
        "--cold", action="store_true", help="Keep no engine at work between the chunks of a machine."
    )


def _add_program_flag(parser: Any) -> None:
    parser.add_argument(
        "--program",
        metavar="COMMAND",
        help="How the farm's machines call Photo Double; default: photodouble.",
    )


def bundle(namespace: argparse.Namespace) -> int:
    """Write the bundle of a request and say what to do with it."""
    from photodouble.farm.bundle import write_bundle

    request = _request(namespace.request)
    folder = Path(absolute(namespace.to)) if namespace.to else default_folder(namespace.request)
    key = _key(namespace.by, request) if namespace.by else None
    written = write_bundle(request, folder, options_of(namespace), replace=namespace.replace, key=key)
    for message in written.warnings:
        print(f"Note: {message}", file=sys.stderr)
    if namespace.json:
        tell_json({"folder": str(written.folder), "take": written.take, "tasks": written.tasks})
        return 0
    chunks = "1 chunk" if written.tasks == 1 else f"{written.tasks} chunks"
    tell(f"{written.folder} holds a job of {chunks}.")
    tell(f"Run it here with: photodouble farm run '{written.folder}'")
    tell(f"or send it to a farm with: deadline bundle submit '{written.folder}'")
    return 0


def run(namespace: argparse.Namespace) -> int:
    """Run a bundle with openjd, telling how far it is; a request gets a bundle beside it first."""
    from photodouble.farm.local import run_bundle

    folder = _bundle_folder(namespace)
    log = Path(absolute(namespace.log)) if namespace.log else folder / "farm.log"
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        run_bundle(folder, log, chunk=namespace.frames, on_event=say, stop=stop)
    if not (namespace.json or namespace.quiet):
        tell(f"Every task of {folder} is done. The log is {log}")
        _tell_take(folder)
    return 0


def _tell_take(folder: Path) -> None:
    """Name the take of a bundle and the picture to look at."""
    from photodouble.farm.bundle import read_values

    request = _request(str(folder))
    root = str(read_values(folder).get("OutputRoot") or request.output_root)
    # The tasks are done whether or not the take can be found from here, such as by another file template.
    with suppress(ArtistError):
        take = found_take(request.take, store_at(root))
        tell(f"Take {take.label} is finished: {take.folder}" if take.is_sealed else incomplete(take.label))
        sheet = take.folder / "pictures" / "contact_sheet.png"
        if take.is_sealed and sheet.is_file():
            tell(f"Look at: {sheet}")


def commands(namespace: argparse.Namespace) -> int:
    """Print the commands of a request."""
    from photodouble.farm.commands import ENDS, command_lines, commands_json

    path = _request_file(namespace.request)
    request = _request(namespace.request)
    made = command_lines(request, str(path), options_of(namespace))
    if namespace.json:
        tell_json(commands_json(request, made))
        return 0
    for each in made:
        waits = f", after {_ids(each.after)}" if each.after else ""
        tell(f"# {each.id}{waits}")
        tell(each.line(namespace.system))
    tell("# exit status")
    for status, meaning in ENDS.items():
        tell(f"#   {status}: {meaning}")
    return 0


def enter(namespace: argparse.Namespace) -> int:
    """Start the engine of a session and tell the session where it is; without one, chunks do without."""
    from photodouble.farm.warm import start_engine

    for line in start_engine(Path(absolute(namespace.folder))):
        tell(line)
    return 0


def leave(namespace: argparse.Namespace) -> int:
    """Stop the engine of a session, if one runs."""
    from photodouble.farm.warm import stop_engine

    for line in stop_engine(Path(absolute(namespace.folder))):
        tell(line)
    return 0


def options_of(namespace: argparse.Namespace) -> FarmOptions:
    """Return how the job is cut and what it needs, from the flags that were given."""
    from photodouble.farm.options import FarmOptions

    check_pattern(namespace.output)
    given = {
        "chunk": namespace.chunk,
        "program": getattr(namespace, "program", None),
        "memory_gb": getattr(namespace, "memory", None),
        "gpu_memory_gb": getattr(namespace, "gpu_memory", None),
        "timeout_minutes": getattr(namespace, "timeout", None),
    }
    return FarmOptions(
        output=absolute(namespace.output) if namespace.output else "",
        overwrite=namespace.overwrite,
        layers=namespace.layers,
        warm=not getattr(namespace, "cold", False),
        **{name: value for name, value in given.items() if value is not None},
    )


def default_folder(given: str) -> Path:
    """Return where the bundle of a request goes: beside it, called as it is, with `-farm` at the end.

    That of a take goes into the present folder, because the folder of the takes holds nothing else.
    """
    path = Path(absolute(given))
    return Path.cwd() / f"{path.name}-farm" if path.is_dir() else path.with_name(f"{path.stem}-farm")


def _bundle_folder(namespace: argparse.Namespace) -> Path:
    """Return the bundle that was given, or make that of a request; only then do the job's flags count."""
    from photodouble.farm.bundle import TEMPLATE, write_bundle

    path = Path(absolute(namespace.bundle))
    if not (path / TEMPLATE).is_file():
        return write_bundle(
            _request(namespace.bundle), default_folder(namespace.bundle), options_of(namespace)
        ).folder
    flags = {"--chunk": namespace.chunk, "--output": namespace.output, "--layers": namespace.layers}
    if given := [flag for flag, value in flags.items() if value]:
        raise ArtistError(
            "usage.arguments",
            "A bundle is already cut",
            f"{given[0]} was given, but {path.name} is a bundle, which says that itself.",
            f"Leave out {given[0]}, or write the bundle again.",
        )
    return path


def _request(given: str) -> JobRequest:
    from photodouble.takes.store import read_request

    return read_request(_request_file(given))


def _request_file(given: str) -> Path:
    path = Path(absolute(given))
    return path / "request.json" if path.is_dir() else path


def _key(person: str, request: JobRequest) -> PersonKey:
    from photodouble.settings import load_settings

    from .takes_review import opened_key

    near = Path(request.output_root) if request.output_root else None
    return opened_key(person, load_settings(near).settings)


def _ids(ids: tuple[str, ...]) -> str:
    return ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"
