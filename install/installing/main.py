"""The installer's order of work: look, plan, say, check, make; or take out."""

from __future__ import annotations

import dataclasses
import os
import sys
from typing import Any, Optional

from installing import environment as engines
from installing.alone import Alone
from installing.hosts import find
from installing.keeping import OlderVersions
from installing.leaving import folders_above, receipts_of, replace_older, roll_back, uninstall
from installing.options import Wish, read_wish
from installing.plan import ENGINE, Plan, empty_plan, make_plan
from installing.problems import InstallError, unwritable
from installing.putting import make_parents, put
from installing.pythons import find_python
from installing.receipt import INSTALLED, INSTALLING, Entry, Receipt, held
from installing.steps import obstacle
from installing.wheelhouse import check_wheelhouse, lock_file
from photodouble_client.host_paths import Machine, this_machine


def main(arguments: Optional[list[str]] = None) -> int:
    """Install, bring up to date or take out; give the exit status: 0, 1 where it did not go, 2 for usage."""
    wish = read_wish(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    try:
        _check_home(wish)
        if wish.studio:
            os.umask(os.umask(0o022) & 0o022)  # the others read it, however careful this user is
        machine = this_machine()
        with Alone(wish, machine) as alone:
            if not wish.uninstall:
                return _install(wish, machine, alone.made)
            alone.folders += folders_above(wish, machine)
            return uninstall(wish, machine, say)
    except InstallError as problem:
        lines = [problem.message, problem.fix] + ([problem.detail] if problem.detail else [])
        print("\n" + "\n".join(lines), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command again finishes it, --uninstall takes it out.", file=sys.stderr)
        return 130


def say(line: str) -> None:
    """Say one line to whoever installs; the work goes on where nobody listens any more."""
    try:
        print(line)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, for the rest of the process


def _check_home(wish: Wish) -> None:
    home = os.environ.get("HOME")
    if home is not None and not os.path.isabs(home) and not wish.studio and os.name != "nt":
        raise InstallError(
            f"HOME is {home!r}, which is no whole path, so nobody can say where your folders are.",
            "Let it name your home folder, and run the same command again.",
        )


def _install(wish: Wish, machine: Machine, made: list[str]) -> int:
    found = find(machine)
    receipts = receipts_of(wish, machine)
    place = empty_plan(wish, machine).place
    beside = [each for each in receipts if os.path.dirname(each.place) == os.path.dirname(place)]
    mine = beside if not wish.studio else [each for each in beside if each.place == place]
    hosts = _hosts(wish, mine, tuple(host.name for host in found))
    wish = _remembered(wish, mine)
    engine = wish.engine
    owned = {entry.path: entry for each in receipts for entry in each.entries}
    plan = make_plan(wish, machine, hosts, engine, owned)
    _say_plan(plan, [host.line for host in found], engine)
    _check(plan, wish, owned)
    recipe = None if engine == "none" else _recipe(wish, machine, plan, engine)
    if wish.dry_run:
        say("\nNothing was touched.")
        return 0
    say("")
    receipt = next((each for each in receipts if each.path == plan.receipt), None)
    is_first = receipt is None
    receipt = receipt or Receipt(plan.receipt, plan.version, plan.place)
    receipt.state, receipt.hosts = INSTALLING, hosts
    receipt.entries += [Entry("receipt", "folder", folder, done=True) for folder in made]
    older_ones = OlderVersions(plan.steps, [each for each in receipts if each is not receipt])
    try:
        facts = {"kind": engine, "extras": list(wish.extras), "torch_index": wish.torch_index}
        _make(plan, receipt, recipe, facts, owned, receipts, force=wish.force)
    except BaseException:
        if is_first:
            older_ones.give_back(receipt)
            roll_back(receipt, say)
            older_ones.put_back(say)
        raise
    if not wish.studio and not wish.keep_older:
        for older in [each for each in beside if each.path != receipt.path]:
            replace_older(older, say)
    if wish.studio and recipe is not None:
        plan.told.append(
            f"  The engine runs on {recipe.python.path}: every machine has it there, or make the engine of a "
            "Python on the share with --python."
        )
    said = [step.told for step in plan.steps if step.told and receipt.find(step.entry.kind, step.entry.path)]
    say("\n" + "\n".join([f"Installed. {_torch_line(receipt)}".strip(), *plan.told, *said]))
    return 0


def _hosts(wish: Wish, mine: list[Receipt], found: tuple[str, ...]) -> tuple[str, ...]:
    """Choose the hosts: those asked for, and those that are installed already; else those that are found."""
    known = [host for each in mine for host in each.hosts]
    return tuple(dict.fromkeys([*wish.hosts, *known])) or (() if known else tuple(dict.fromkeys(found)))


def _remembered(wish: Wish, mine: list[Receipt]) -> Wish:
    """Fill in from earlier installations what was not said again: the engine, its extras and its Python."""
    facts = next((each.engine for each in reversed(mine) if each.engine), {})
    python = str(facts.get("interpreter", ""))
    return dataclasses.replace(
        wish,
        engine=wish.engine or str(facts.get("kind", "cpu")),
        extras=tuple(dict.fromkeys([*wish.extras, *facts.get("extras", [])])),
        torch_index=wish.torch_index or str(facts.get("torch_index", "")),
        python=wish.python or (python if os.path.exists(python) else ""),
    )


def _say_plan(plan: Plan, found: list[str], engine: str) -> None:
    say("Found:" if found else "Found no host in the usual folders.")
    for line in found:
        say(f"  {line}")
    say(f"\nPhoto Double {plan.version}, receipt in {plan.receipt}")
    if engine != "none":
        say(f"  make {plan.engine}{os.sep} (the engine's environment, {engine})")
    for step in plan.steps:
        say(f"  {step.line}")


def _check(plan: Plan, wish: Wish, owned: dict[str, Entry]) -> None:
    """See before the first touch whether something stands in the way; raises InstallError."""
    in_way = [path for path in (obstacle(step, owned) for step in plan.steps) if path]
    if in_way and not wish.force:
        raise InstallError(
            "In the way, and not as this installer left it: " + ", ".join(in_way),
            "Move it away, or say --force to replace it. Nothing was touched.",
        )
    for path in [plan.receipt, plan.engine, *(step.entry.path for step in plan.steps)]:
        folder = os.path.dirname(path)
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
            raise InstallError(
                f"{folder} is no folder that you may write to, so {path} cannot be written.",
                "Have its rights changed, or install elsewhere: --prefix DIR for you, --studio DIR for all.",
            )


def _recipe(wish: Wish, machine: Machine, plan: Plan, engine: str) -> engines.Recipe:
    if engine == "cuda" and machine.system == "macos":
        raise InstallError("No NVIDIA card works on macOS.", "Say --engine cpu --extra models.")
    lock = lock_file(wish.locks, machine.system, engine, list(wish.extras))
    if not lock.is_file():
        raise InstallError(f"There is no lock file for this machine: {lock}", "Install with --engine none.")
    if wish.wheelhouse and not os.path.isdir(wish.wheelhouse):
        raise InstallError(f"There is no folder {wish.wheelhouse}.", "Make it with install/wheelhouse.")
    python = find_python(machine, wish.python)
    if wish.wheelhouse:
        check_wheelhouse(wish.wheelhouse, lock, python.version)
    return engines.Recipe(python, lock, wish.root, plan.version, wish.wheelhouse, wish.torch_index)


def _make(
    plan: Plan,
    receipt: Receipt,
    recipe: Optional[engines.Recipe],
    facts: dict[str, Any],
    owned: dict[str, Entry],
    receipts: list[Receipt],
    *,
    force: bool,
) -> None:
    try:
        make_parents(receipt.path, "receipt", _Unwritten(receipt))
    except OSError as problem:
        raise unwritable(receipt.path, problem) from problem
    _share_folders(plan, receipt, receipts)
    receipt.save()
    if recipe is not None:
        _make_engine(plan.engine, receipt, recipe, facts, force=force)
    for step in plan.steps:
        put(step, receipt, say, owned.get(step.entry.path))
        for other in [each for each in receipts if each.path != receipt.path]:
            _take_over(step.entry, other)
    receipt.state = INSTALLED
    receipt.save()


def _take_over(entry: Entry, other: Receipt) -> None:
    """Let what another installation made belong to this one, which has written over it."""
    if other.find(entry.kind, entry.path) is not None:
        other.drop(entry)
        other.save()


def _share_folders(plan: Plan, receipt: Receipt, receipts: list[Receipt]) -> None:
    """Note folders that another installation made and this one uses: whoever leaves last removes them."""
    paths = [plan.receipt, plan.engine, *(step.entry.path for step in plan.steps)]
    for folder in [each for other in receipts for each in other.entries if each.kind == "folder"]:
        is_used = any(path.startswith(folder.path + os.sep) for path in paths)
        if is_used and receipt.find("folder", folder.path) is None:
            receipt.entries.insert(0, folder)


def _make_engine(
    folder: str, receipt: Receipt, recipe: engines.Recipe, wanted: dict[str, Any], *, force: bool
) -> None:
    earlier = receipt.find("environment", folder)
    entry = Entry(ENGINE, "environment", folder)
    try:
        make_parents(folder, ENGINE, receipt)
        engines.put_back(folder)
        if engines.installed_key(folder) == recipe.key and earlier is not None and _is_whole(earlier):
            say(f"{folder} is up to date")
            return
        engines.end_engine(folder, say, force=force)
        receipt.note(entry)
        facts = engines.make(folder, recipe, say)
        receipt.engine = {**wanted, "folder": folder, "interpreter": recipe.python.path, **facts}
        receipt.note(dataclasses.replace(entry, done=True, files=_held(folder)))
    except BaseException as problem:
        if (
            earlier is not None
            and engines.installed_key(folder)
            and receipt.find("environment", folder) == entry
        ):
            receipt.note(earlier)  # what worked before is there again
        if isinstance(problem, OSError):
            raise unwritable(folder, problem) from problem
        raise


def _is_whole(entry: Entry) -> bool:
    """Say whether every file of a finished environment is there as it was made."""
    present = held(entry.path) if entry.done else {}
    return entry.done and all(present.get(name) == content for name, content in entry.files.items())


def _held(folder: str) -> dict[str, str]:
    say("note every file of it in the receipt")
    return held(folder)


def _torch_line(receipt: Receipt) -> str:
    facts = receipt.engine
    if "torch" not in facts:
        return ""
    if facts["sees_card"]:
        return f"torch {facts['torch']} sees a graphics card."
    build = (
        f"is built for CUDA {facts['cuda']}, and sees no card here"
        if facts["cuda"]
        else "is a build without CUDA"
    )
    return f"torch {facts['torch']} {build}: everything runs on the processor."


class _Unwritten(Receipt):
    """Note folders in a receipt whose own folder does not exist yet."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.path, receipt.version, receipt.place, entries=receipt.entries)

    def save(self) -> None:
        """Write nothing yet."""
