"""Decide what goes where, for one user or for a studio; making the plan touches nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from installing import payload
from installing.blender import may_ask
from installing.hosts import Host, blenders
from installing.options import Wish
from installing.receipt import Entry, receipt_name
from installing.steps import Step, block_step, file_step, setting_step, tree_step
from installing.studio import environment, written
from photodouble_client.host_paths import (
    BLENDER_ID,
    Machine,
    blender_extensions,
    command_path,
    data_folder,
    nuke_home,
    receipts_folder,
    resolve_fusion,
)
from photodouble_client.settings import settings_path

ENGINE = "engine"
NODE = "PhotoDouble.ofx.bundle"


@dataclass
class Plan:
    """Hold the steps in their order, where the engine goes, and what to tell when all is done."""

    version: str
    place: str
    receipt: str
    steps: list[Step] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def engine(self) -> str:
        """Name the folder of the engine's environment."""
        return os.path.join(self.place, ENGINE)


def make_plan(
    wish: Wish, machine: Machine, hosts: tuple[str, ...], engine: str, owned: Mapping[str, Entry]
) -> Plan:
    """Plan an installation of these hosts and this engine; `owned` gives earlier entries by their paths."""
    plan = empty_plan(wish, machine)
    for host in hosts:
        _STUDIO[host](plan, wish) if wish.studio else _USER[host](plan, wish, machine, owned)
    if "resolve" in hosts and engine != "none":
        _node_of_studio(plan) if wish.studio else _node_of_user(plan)
    if wish.studio:
        _studio_environment(plan, hosts, engine)
    elif engine != "none":
        _engine_of_user(plan, machine, owned)
    return plan


def empty_plan(wish: Wish, machine: Machine) -> Plan:
    """Say where a version goes and where its receipt lies."""
    version = payload.project_version(wish.root)
    place = os.path.join(wish.studio or wish.prefix or data_folder(machine), version)
    if wish.studio:
        return Plan(version, place, os.path.join(place, "receipt.json"))
    return Plan(version, place, os.path.join(receipts_folder(machine), receipt_name(version, place)))


def _engine_of_user(plan: Plan, machine: Machine, owned: Mapping[str, Entry]) -> None:
    command = command_path(machine)
    plan.steps.append(_command(ENGINE, command, f'"{_interpreter(plan.engine)}"'))
    settings = settings_path(machine.environment)
    plan.steps.append(
        setting_step(settings, _interpreter(plan.engine), owned.get(os.path.realpath(settings)))
    )
    plan.told.append(f"The command: {command}")
    if os.path.dirname(command) not in machine.environment.get("PATH", "").split(os.pathsep):
        plan.told.append(f"  Put {os.path.dirname(command)} on your PATH to type 'photodouble' alone.")


def _nuke_of_user(plan: Plan, wish: Wish, machine: Machine, owned: Mapping[str, Entry]) -> None:
    folder = os.path.join(plan.place, "nuke")
    plan.steps.append(tree_step("nuke", folder, payload.nuke_folder(wish.root)))
    init = os.path.join(nuke_home(machine), "init.py")
    lines = (
        "# Put here by the installer of Photo Double, which takes it out again: install.py --uninstall",
        "try:",
        f'    __import__("nuke").pluginAddPath({_as_python(folder.replace(os.sep, "/"))})',
        "except Exception as problem:",
        '    print("Photo Double is not loaded: {}".format(problem))',
    )
    plan.steps.append(block_step("nuke", init, lines, owned.get(os.path.realpath(init))))
    plan.told.append("Nuke: start it; Photo Double is in the toolbar and the menu.")


def _blender_of_user(plan: Plan, wish: Wish, machine: Machine, _owned: Mapping[str, Entry]) -> None:
    files = payload.package(wish.root, "blender")
    archive = os.path.join(plan.place, "blender", f"{BLENDER_ID}-{payload.adapter_version(files)}.zip")
    plan.steps.append(file_step("blender", archive, payload.extension_zip(files)))
    found = blenders(machine)
    named = bool(
        machine.environment.get("BLENDER_USER_EXTENSIONS")
        or machine.environment.get("BLENDER_USER_RESOURCES")
    )
    for host in found[:1] if named else found:
        folder = blender_extensions(machine, host.settings, host.version)
        path = os.path.join(folder, BLENDER_ID)
        if host.program and not named and may_ask(host.settings, host.version):
            plan.steps.append(_by_blender(host, archive, tree_step("blender", path, files)))
            plan.told.append(f"Blender {host.version}: start it; the tab Photo Double is in the side bar.")
        else:
            plan.steps.append(tree_step("blender", path, files))
            plan.told.append(
                f"Blender {host.version}: tick Photo Double once, under Edit > Preferences > Add-ons."
            )
    if not found:
        plan.told.append(
            f"Blender: none of 4.2 or later was found. Install {archive} in it: Preferences > Get Extensions "
            "> Install from Disk; or start it once and run this again."
        )


def _by_blender(host: Host, archive: str, otherwise: Step) -> Step:
    path = otherwise.entry.path
    words = (
        host.program,
        "-noaudio",
        "--command",
        "extension",
        "install-file",
        "--repo",
        "user_default",
        "--enable",
        archive,
    )
    undo = (host.program, "-noaudio", "--command", "extension", "remove", f"user_default.{BLENDER_ID}")
    line = f"run {' '.join(words)}\n    (Blender writes {path} and switches it on in its preferences)"
    return Step(Entry("blender", "command", path, undo=undo), line, words=words, otherwise=otherwise)


def _resolve_of_user(plan: Plan, wish: Wish, machine: Machine, _owned: Mapping[str, Entry]) -> None:
    _fusion(plan, wish, resolve_fusion(machine))
    plan.told.append("Resolve: start it; Workspace > Scripts > Photo Double.")


def _fusion(plan: Plan, wish: Wish, fusion: str) -> None:
    """Fill a folder Fusion: Resolve reads Scripts and Templates, and the script looks beside Scripts."""
    package = payload.package(wish.root, "resolve")
    plan.steps.append(tree_step("resolve", os.path.join(fusion, "photodouble_resolve"), package))
    for name, content in payload.resolve_templates(wish.root).items():
        path = os.path.join(fusion, "Templates", "Fusion", "Photo Double", name)
        plan.steps.append(file_step("resolve", path, content))
    script = os.path.join(fusion, "Scripts", "Utility", "Photo Double.py")
    plan.steps.append(file_step("resolve", script, payload.resolve_script(wish.root)))


def _node_of_user(plan: Plan) -> None:
    """Plan the OpenFX node in this user's own folder; the engine builds it, so it comes after the engine."""
    folder = os.path.join(os.path.dirname(plan.place), "OFX", "Plugins")
    photodouble = (_interpreter(plan.engine), "-I", "-m", "photodouble.cli.main", "ofx")
    path = os.path.join(folder, NODE)
    words = (*photodouble, "install", "--to", folder)
    entry = Entry("resolve", "command", path, undo=(*photodouble, "uninstall", "--to", folder))
    told = (
        f"  The OpenFX node is found where OFX_PLUGIN_PATH names {folder}; for everybody on this machine "
        "'photodouble ofx install' puts it where hosts look by themselves."
    )
    line = f"build and write {path} (the OpenFX node)"
    plan.steps.append(Step(entry, line, words=words, told=told))


def _node_of_studio(plan: Plan) -> None:
    folder = os.path.join(plan.place, "ofx")
    words = (_interpreter(plan.engine), "-I", "-m", "photodouble.cli.main", "ofx", "build", "--to", folder)
    path = os.path.join(folder, NODE)
    line = f"build {path} (the OpenFX node)"
    plan.steps.append(Step(Entry("resolve", "command", path), line, words=words))


def _nuke_of_studio(plan: Plan, wish: Wish) -> None:
    plan.steps.append(tree_step("nuke", os.path.join(plan.place, "nuke"), payload.nuke_folder(wish.root)))


def _blender_of_studio(plan: Plan, wish: Wish) -> None:
    files = payload.package(wish.root, "blender")
    folder = os.path.join(plan.place, "blender")
    archive = os.path.join(folder, f"{BLENDER_ID}-{payload.adapter_version(files)}.zip")
    plan.steps.append(file_step("blender", archive, payload.extension_zip(files)))
    # `system` is the repository that every Blender has for extensions that came with the machine.
    plan.steps.append(tree_step("blender", os.path.join(folder, "extensions", "system", BLENDER_ID), files))


def _resolve_of_studio(plan: Plan, wish: Wish) -> None:
    _fusion(plan, wish, os.path.join(plan.place, "resolve", "Fusion"))


def _studio_environment(plan: Plan, hosts: tuple[str, ...], engine: str) -> None:
    variables = environment(plan.place, hosts, has_engine=engine != "none")
    if engine != "none":
        path = os.path.join(plan.place, "bin", "photodouble.cmd" if os.name == "nt" else "photodouble")
        inside = "bin/python" if os.name != "nt" else "Scripts\\python.exe"
        here = '"$(dirname "$0")/../engine/' if os.name != "nt" else '"%~dp0..\\engine\\'
        plan.steps.append(_command(ENGINE, path, f'{here}{inside}"'))
    for name, text in written(variables).items():
        plan.steps.append(file_step(ENGINE, os.path.join(plan.place, name), text.encode()))
    plan.told.append("Give the hosts this environment (also in environment.sh and environment.json there):")
    plan.told += [f"  {name}={value}" for name, value in variables.items()]
    plan.told.append(
        "  Before what is in NUKE_PATH, OFX_PLUGIN_PATH and PATH already, with a separator between."
    )
    if "blender" in hosts:
        plan.told.append(f"  Blender is started with --addons bl_ext.system.{BLENDER_ID}, or ticks it once.")
    if "resolve" in hosts:
        script = os.path.join(plan.place, "resolve", "Fusion", "Scripts", "Utility", "Photo Double.py")
        plan.told.append(
            f"  Resolve reads no variable for its menu: link {script} into Scripts/Utility of each machine."
        )


def _command(part: str, path: str, interpreter: str) -> Step:
    if path.endswith(".cmd"):
        text = f"@echo off\r\n{interpreter} -I -m photodouble.cli.main %*\r\n"
    else:
        text = f'#!/bin/sh\nexec {interpreter} -I -m photodouble.cli.main "$@"\n'
    return file_step(part, path, text.encode(sys.getfilesystemencoding(), "surrogateescape"), mode=0o755)


def _as_python(path: str) -> str:
    """Write a path as Python reads it in a file of any encoding."""
    return ascii(path) if any(ord(letter) > 0xFFFF for letter in path) else json.dumps(path)


def _interpreter(engine: str) -> str:
    return os.path.join(engine, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python3")))


_USER = {"nuke": _nuke_of_user, "blender": _blender_of_user, "resolve": _resolve_of_user}
_STUDIO = {"nuke": _nuke_of_studio, "blender": _blender_of_studio, "resolve": _resolve_of_studio}
