"""`photodouble ofx`: the node for Resolve, Fusion, Nuke and every OpenFX host: built, installed, tried."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .actions import add_json
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.ofx.installing import Outcome


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "Build, install, take out and try the node for Resolve, Fusion, Nuke and every OpenFX host."
    parser = commands.add_parser("ofx", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_build(add_json(actions, "build", "Build the node into a bundle, a folder as hosts want it.", _build))
    text = "Put the node where hosts find it, in the place of an older one."
    _add_install(add_json(actions, "install", text, _install))
    _add_uninstall(
        add_json(actions, "uninstall", "Take out what was installed, without a trace.", _uninstall)
    )
    text = "Load the node as a host would, let it show one frame, and say what was seen."
    _add_check(add_json(actions, "check", text, _check))


def _add_build(parser: argparse.ArgumentParser) -> None:
    from photodouble.ofx.targets import TARGETS

    parser.add_argument(
        "--to",
        default=".",
        metavar="FOLDER",
        help="Where the bundle is made; default: the folder you are in.",
    )
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        choices=tuple(TARGETS),
        help="A machine to build for; any number. Default: this one, by its own compiler.",
    )
    parser.add_argument("--all", action="store_true", help="Build for every machine; needs the extra ofx.")
    parser.add_argument("--zip", action="store_true", help="Write the bundle as an archive beside it, too.")


def _add_install(parser: argparse.ArgumentParser) -> None:
    from photodouble.ofx.paths import HOSTS

    parser.add_argument(
        "--bundle", default="", metavar="FOLDER", help="A bundle that was built; default: one built now."
    )
    parser.add_argument(
        "--host", choices=HOSTS, default="every", help="Who shall see it: every host, or Nuke alone."
    )
    parser.add_argument(
        "--to",
        default="",
        metavar="FOLDER",
        help="Where to put it; default: the folder for everybody, or your own where you may not write there.",
    )
    _add_choices(parser, "Put it there whatever lies there.")


def _add_uninstall(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", default="", metavar="FOLDER", help="Take it out of this folder alone; default: everywhere."
    )
    _add_choices(parser, "Take out files that were changed since, too.")


def _add_choices(parser: argparse.ArgumentParser, force: str) -> None:
    parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")
    parser.add_argument(
        "--keep-caches", action="store_true", help="Leave alone what hosts noted about the node."
    )
    parser.add_argument("--force", action="store_true", help=force)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bundle",
        default="",
        metavar="FOLDER",
        help="The bundle to try; default: the one that is installed, else one built now.",
    )
    parser.add_argument(
        "--output", default="", metavar="FILE", help="A PNG to look at: the plate beside the shown frame."
    )


def _build(namespace: argparse.Namespace) -> int:
    from photodouble.ofx.building import build
    from photodouble.ofx.bundle import zipped
    from photodouble.ofx.targets import TARGETS

    names = tuple(TARGETS) if namespace.all else tuple(namespace.target)
    say = (lambda _text: None) if namespace.json else tell
    built = build(Path(namespace.to).expanduser().absolute(), names, say=say)
    archive = zipped(built.bundle) if namespace.zip else None
    if namespace.json:
        tell_json({**built.to_json(), "archive": str(archive or "")})
        return 0
    for folder, wants in built.wants:
        tell(f"  {folder:<14} {wants}")
    tell(f"Built: {built.bundle}")
    if archive:
        tell(f"Archive: {archive}")
    return 0


def _install(namespace: argparse.Namespace) -> int:
    from photodouble.ofx.paths import is_searched, variable_line
    from photodouble.ofx.placing import folder_for, install_bundle

    folder = folder_for(namespace.host, namespace.to)
    outcome = install_bundle(namespace.bundle, folder, _choice(namespace))
    searched = is_searched(folder)
    if namespace.json:
        line = "" if searched else variable_line(folder)
        tell_json({**outcome.to_json(), "line": line, "dry_run": namespace.dry_run})
        return 0
    _tell_files(outcome, namespace, "put there")
    was = f" in the place of {outcome.before}" if outcome.before else ""
    verb = "Would install" if namespace.dry_run else "Installed"
    tell(f"{verb} Photo Double {outcome.after}{was}: {outcome.bundle}")
    if not searched:
        tell("Hosts do not look there by themselves. Set this once, where your programs are started from:")
        tell(f"  {variable_line(folder)}")
    tell("Start your host anew. The node is 'Photo Double Take', in the group Photo Double.")
    return 0


def _uninstall(namespace: argparse.Namespace) -> int:
    from photodouble.ofx.installing import uninstall

    folder = Path(namespace.to).expanduser().absolute() if namespace.to else None
    outcomes = uninstall(folder, _choice(namespace))
    if namespace.json:
        tell_json([outcome.to_json() for outcome in outcomes])
        return 0
    for outcome in outcomes:
        _tell_files(outcome, namespace, "removed")
        for path in outcome.left:
            tell(f"  left, because it is not ours: {path}")
        verb = "Would take out" if namespace.dry_run else "Took out"
        tell(f"{verb} Photo Double {outcome.before}: {outcome.bundle}")
    return 0


def _check(namespace: argparse.Namespace) -> int:
    from photodouble.ofx.checking import check

    bundle = Path(namespace.bundle).expanduser().absolute() if namespace.bundle else None
    output = Path(namespace.output).expanduser().absolute() if namespace.output else None
    seen = check(bundle, output)
    if namespace.json:
        tell_json(seen.to_json())
        return 0 if seen.is_right else 1
    for line in seen.lines():
        tell(line)
    return 0 if seen.is_right else 1


def _choice(namespace: argparse.Namespace) -> Any:
    from photodouble.ofx.installing import Choice

    return Choice(namespace.dry_run, namespace.keep_caches, namespace.force)


def _tell_files(outcome: Outcome, namespace: argparse.Namespace, what: str) -> None:
    would = "would be " if namespace.dry_run else ""
    for path in outcome.files:
        tell(f"  {would}{what}: {path}")
    for path in outcome.caches:
        tell(f"  {would}cleared, its host writes it anew: {path}")
