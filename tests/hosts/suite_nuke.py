"""The suite that runs in a real Nuke as in the made-up one, and writes what it found into a file.

    Nuke -t tests/hosts/suite_nuke.py VERDICT.json [TAKE_FOLDER PLATE_PATTERN]

It needs nothing but Nuke: Python 3.7, no test runner, no package. Each `case_...` starts with an empty script
and an empty folder; its first line is what it shows. With a take and the plate it was made from, the pictures
are checked as well. It ends with 1 where a case failed. A case is a function `case_NAME(stage)`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import traceback
from typing import Any, Callable, Dict, List, Optional, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STEP = 5
"""Every so many pixels one is looked at."""


class NotRunError(Exception):
    """A case that cannot be shown here, and why."""


class Stage:
    """What a case works with: Nuke, an empty folder, and perhaps a take and its plate."""

    def __init__(self, folder: str, take: str, plate: str) -> None:
        import nuke

        self.nuke = nuke
        self.folder = folder
        self.take = take
        self.plate = plate

    def node(self, operation: str = "inpaint") -> Any:
        """Make one of our nodes."""
        from photodouble_nuke import group

        return group.make(operation)

    def with_take(self) -> Tuple[Any, Any]:
        """Make a Read of the plate and our node over it, which shows the take; the node and the Read."""
        if not self.take:
            raise NotRunError("no take was given")
        from photodouble_nuke.node import PhotoDoubleNode

        read = self.nuke.nodes.Read(name="Plate")
        read["file"].fromUserText(self.plate)
        read["raw"].setValue(True)
        node = self.node()
        node.setInput(0, read)
        PhotoDoubleNode(node).choose(self.take)
        return node, read

    def frame(self) -> int:
        """Give the first frame of the take's matte."""
        names = sorted(os.listdir(os.path.join(self.take, "matte")))
        return int([name for name in names if name.endswith(".exr")][0].split(".")[-2])


def said(call: Callable[[], Any]) -> str:
    """Give the kind of error that a call raises, or nothing."""
    try:
        call()
    except Exception as error:  # noqa: BLE001, the kind is what is asked for
        return type(error).__name__
    return ""


def case_names(stage: Stage) -> None:
    """Every name of Nuke's that the plug-in uses is there."""
    import ast

    missing = []
    folder = os.path.join(ROOT, "nuke", "photodouble_nuke")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".py"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as source:
            tree = ast.parse(source.read())
        for at in ast.walk(tree):
            if isinstance(at, ast.Attribute) and isinstance(at.value, ast.Name) and at.value.id == "nuke":
                if not hasattr(stage.nuke, at.attr):
                    missing.append("%s: nuke.%s" % (name, at.attr))
    assert not missing, missing


def case_enumeration(stage: Stage) -> None:
    """A choice has a text and a place; a list that changes keeps the place."""
    node = stage.nuke.nodes.NoOp()
    knob = stage.nuke.Enumeration_Knob("choice", "choice", ["a", "b", "c"])
    node.addKnob(knob)
    knob.setValue("b")
    assert (knob.value(), knob.getValue()) == ("b", 1.0)
    knob.setValue(2)
    assert knob.value() == "c"
    knob.setValues(["z", "a", "b", "c"])
    assert knob.value() == "b", knob.value()


def case_missing(stage: Stage) -> None:
    """What is not there is told as the plug-in expects it."""
    node = stage.nuke.nodes.NoOp()
    assert said(lambda: node["nothing"]) == "NameError"
    assert node.knob("nothing") is None
    assert stage.nuke.toNode("nobody") is None
    assert said(stage.nuke.selectedNode) == "ValueError"


def case_expressions(stage: Stage) -> None:
    """The expressions of the node's inside are worked out."""
    group = stage.nuke.nodes.Group()
    group.addKnob(stage.nuke.Enumeration_Knob("take", "take", ["plate", "v001"]))
    with group:
        switch = stage.nuke.nodes.Switch()
    switch["which"].setExpression("parent.take == 0")
    assert switch["which"].value() == 1
    group["take"].setValue(1)
    assert switch["which"].value() == 0


def case_channels(stage: Stage) -> None:
    """Keymix leaves what comes in untouched where the mask is black, whatever the fill holds."""
    nuke = stage.nuke
    plate = nuke.nodes.Constant(color=(0.1, 0.2, 0.3, 0.4), channels="rgba")
    fill = nuke.nodes.Constant(color=(7, 8, 9, 1), channels="rgba")
    mask = nuke.nodes.Constant(color=(0, 0, 0, 0.25), channels="rgba")
    mix = nuke.nodes.Keymix(inputs=[plate, fill, mask], channels="rgb")
    before = [plate.sample(name, 10, 10) for name in ("red", "green", "blue", "alpha")]
    found = [mix.sample(name, 10, 10) for name in ("red", "green", "blue", "alpha")]
    wanted = [one + (two - one) * 0.25 for one, two in zip(before[:3], (7, 8, 9))]
    assert max(abs(one - two) for one, two in zip(found, wanted)) < 1e-5, found
    assert found[3] == before[3]
    mask["color"].setValue((0, 0, 0, 0))
    assert [mix.sample(name, 10, 10) for name in ("red", "green", "blue", "alpha")] == before


def case_nodes(stage: Stage) -> None:
    """Every operation has a node that can be made, with all its controls."""
    from photodouble_nuke.node import PhotoDoubleNode

    from photodouble_client.specs import SPECS

    for operation in sorted(SPECS):
        node = stage.node(operation)
        assert node.Class() == "Group"
        assert PhotoDoubleNode(node).values() == SPECS[operation].validate({}), operation


def case_saved(stage: Stage) -> None:
    """A node comes back from a saved script as it was, without the plug-in looking at it."""
    node = stage.node()
    name, ident = node.name(), node["pd_node"].value()
    knobs = sorted(node.knobs())
    path = os.path.join(stage.folder, "a script \u00fc.nk")
    stage.nuke.scriptSaveAs(path, 1)
    stage.nuke.scriptClear()
    stage.nuke.scriptReadFile(path)
    again = stage.nuke.toNode(name)
    assert again is not None, "the node is lost"
    assert again["pd_node"].value() == ident
    assert sorted(again.knobs()) == knobs, set(knobs) ^ set(again.knobs())


def case_pasted(stage: Stage) -> None:
    """A copy can be pasted, and shows the same."""
    node = stage.node()
    node["mix"].setValue(0.5)
    path = os.path.join(stage.folder, "copied.nk")
    for one in stage.nuke.allNodes():
        one["selected"].setValue(one is node or one.name() == node.name())
    stage.nuke.nodeCopy(path)
    stage.nuke.nodePaste(path)
    copies = [one for one in stage.nuke.allNodes("Group") if one.name() != node.name()]
    assert len(copies) == 1, copies
    assert copies[0]["mix"].value() == 0.5


def case_inside(stage: Stage) -> None:
    """What is inside are plain nodes, and no expression or file of them is wrong."""
    node = stage.node()
    kinds = {one.Class() for one in node.nodes()}
    assert {"Input", "Output", "Read", "Keymix", "Switch"} <= kinds, kinds
    assert not [one.name() for one in node.nodes() if "photodouble" in one.Class().lower()]


def case_outside_the_matte(stage: Stage) -> None:
    """Outside the matte every channel is the plate's, bit for bit."""
    node, plate = stage.with_take()
    with node:
        matte = [one for one in stage.nuke.allNodes("Read") if "/matte/" in one["file"].value()][0]
    stage.nuke.frame(stage.frame())
    looked = 0
    for x in range(0, node.width(), STEP):
        for y in range(0, node.height(), STEP):
            if matte.sample("alpha", x, y) == 0:
                looked += 1
                for name in ("red", "green", "blue"):
                    assert node.sample(name, x, y) == plate.sample(name, x, y), (x, y, name)
    assert looked > 10, "the matte is everywhere"


def case_inside_the_matte(stage: Stage) -> None:
    """Where the matte is full, the take's fill is shown; with the plate chosen it is the plate again."""
    node, plate = stage.with_take()
    with node:
        reads = {one["file"].value().replace("\\", "/"): one for one in stage.nuke.allNodes("Read")}
    matte = [one for file, one in reads.items() if "/matte/" in file][0]
    fill = [one for file, one in reads.items() if "/fill/" in file][0]
    stage.nuke.frame(stage.frame())
    full = [
        (x, y)
        for x in range(0, node.width(), STEP)
        for y in range(0, node.height(), STEP)
        if matte.sample("alpha", x, y) == 1
    ]
    assert full, "the matte is nowhere full"
    for x, y in full[:20]:
        assert node.sample("red", x, y) == fill.sample("red", x, y), (x, y)
    node["take"].setValue(0)
    x, y = full[0]
    assert node.sample("red", x, y) == plate.sample("red", x, y)


def case_rendered(stage: Stage) -> None:
    """A render of the node over a frame writes a file, and a take that is gone is an error with its path."""
    node, _plate = stage.with_take()
    path = os.path.join(stage.folder, "out.####.exr").replace("\\", "/")
    write = stage.nuke.nodes.Write(inputs=[node], file=path, file_type="exr", channels="rgba")
    frame = stage.frame()
    stage.nuke.execute(write, frame, frame)
    assert os.path.isfile(path.replace("####", "%04d" % frame))
    with node:
        for one in stage.nuke.allNodes("Read"):
            if "/fill/" in one["file"].value():
                one["file"].setValue(stage.folder + "/gone/fill.####.exr")
    try:
        stage.nuke.execute(write, frame, frame)
    except RuntimeError as error:
        assert "gone" in str(error), error
    else:
        raise AssertionError("a take that is gone was rendered")


def made_in_script(stage: Stage) -> Any:
    """Save a script in which a Constant feeds plate and matte of a node; the node in the adapter's words."""
    from photodouble_nuke.node import PhotoDoubleNode

    constant = stage.nuke.nodes.Constant()
    constant["channels"].setValue("rgba")
    constant["color"].setValue([0.25, 2.5, -0.5, 1.0])
    stage.nuke.scriptSaveAs(os.path.join(stage.folder, "sh010.nk").replace(os.sep, "/"), 1)
    node = stage.node()
    node.setInput(0, constant)
    node.setInput(1, constant)
    node["frames"].setValue("these")
    node["frame_list"].setValue("1001-1002")
    node["shot"].setValue("sh010")
    return PhotoDoubleNode(node)


def case_rendered_for_the_engine(stage: Stage) -> None:
    """What feeds a node is rendered by Writes that leave no trace in script, selection, undo or flags."""
    from photodouble_nuke import planning, rendering

    root = stage.nuke.root()
    pd = made_in_script(stage)
    root["proxy"].setValue(True)
    root.setModified(False)
    before = sorted(node.name() for node in stage.nuke.allNodes())
    plan = planning.plan(pd)
    assert plan.count == 4, plan.words
    rendering.render(plan)
    assert planning.plan(pd).count == 0
    assert sorted(node.name() for node in stage.nuke.allNodes()) == before
    assert not root.modified() and root.proxy()
    files = sorted(name for one in plan.elements for name in os.listdir(one.folder) if name.endswith(".exr"))
    assert files == ["matte.1001.exr", "matte.1002.exr", "plate.1001.exr", "plate.1002.exr"], files


def case_rendered_pixels(stage: Stage) -> None:
    """A rendered plate holds the values of the script as they are, below 0 and above 1 too."""
    from photodouble_nuke import planning, rendering

    plan = planning.plan(made_in_script(stage))
    rendering.render(plan)
    for element in plan.elements:
        read = stage.nuke.nodes.Read(file=element.pattern, first=1001, last=1002)
        read["raw"].setValue(True)
        wanted = {"rgb": (("red", 0.25), ("green", 2.5), ("blue", -0.5)), "alpha": (("alpha", 1.0),)}
        for channel, value in wanted[element.channels]:
            got = read.sample("rgba." + channel, 10.5, 10.5)
            assert abs(got - value) < 1e-3, (element.port, channel, got)


def case_render_that_fails(stage: Stage) -> None:
    """A render that fails is one error of ours with the frame in it, and leaves no trace either."""
    from photodouble_nuke import planning, rendering

    from photodouble_client.errors import ArtistError

    pd = made_in_script(stage)
    read = stage.nuke.nodes.Read(file=os.path.join(stage.folder, "none.%04d.exr"), first=1001, last=1002)
    read["raw"].setValue(True)
    copy = stage.nuke.nodes.Copy(inputs=[pd.inputs()["plate"], read])
    pd.node.setInput(0, copy)
    before = sorted(node.name() for node in stage.nuke.allNodes())
    try:
        rendering.render(planning.plan(pd))
    except ArtistError as error:
        assert error.code in ("input.host_render", "input.missing_frames"), error.code
    else:
        raise AssertionError("a missing file was rendered")
    assert sorted(node.name() for node in stage.nuke.allNodes()) == before


def case_fingerprint(stage: Stage) -> None:
    """A fingerprint follows connections and expressions, and not where a node lies or what it is called."""
    from photodouble_nuke.fingerprint import fingerprint

    constant, other = stage.nuke.nodes.Constant(), stage.nuke.nodes.Grade(name="Other")
    grade = stage.nuke.nodes.Grade(inputs=[constant])
    first = fingerprint(grade)
    grade.setXYpos(300, 900)
    grade.setName("Renamed")
    assert fingerprint(grade) == first
    grade["multiply"].setExpression("Other.multiply")
    linked = fingerprint(grade)
    other["multiply"].setValue(0.5)
    assert len({first, linked, fingerprint(grade)}) == 3


def case_terminal(stage: Stage) -> None:
    """Without a window buttons ask nothing of the engine and raise nothing; with one they are let through."""
    from photodouble_nuke import connecting, running

    if stage.nuke.GUI:
        connecting.refuse_terminal()
        return
    pd = made_in_script(stage)
    running.run(pd.node)
    running.cancel(pd.node)
    assert not pd.job


def cases() -> Dict[str, Callable[[Stage], None]]:
    """Give every case by its name."""
    return {name[5:]: call for name, call in sorted(globals().items()) if name.startswith("case_")}


def run(
    verdict: str, take: str = "", plate: str = "", chosen: Optional[Dict[str, Callable[[Stage], None]]] = None
) -> Dict[str, Any]:
    """Run the cases and write the verdict file; it is written anew after each case, in case Nuke ends."""
    import nuke

    found: Dict[str, Any] = {
        "nuke": nuke.NUKE_VERSION_STRING,
        "python": sys.version.split()[0],
        "system": sys.platform,
        "cases": {},
    }
    for name, call in (cases() if chosen is None else chosen).items():
        found["cases"][name] = _one(call, take, plate)
        told = list(found["cases"].values())
        found["passed"] = told.count("passed")
        found["failed"] = sum(1 for one in told if one.startswith("failed"))
        found["not_run"] = sum(1 for one in told if one.startswith("not run"))
        with open(verdict, "w", encoding="utf-8") as out:
            json.dump(found, out, indent=1, sort_keys=True)
    return found


def _one(call: Callable[[Stage], None], take: str, plate: str) -> str:
    import nuke

    folder = tempfile.mkdtemp(prefix="photodouble-suite-")
    try:
        nuke.scriptClear()
        call(Stage(folder, take, plate))
    except NotRunError as why:
        return "not run: %s" % why
    except Exception:  # noqa: BLE001, whatever it is, the next case runs
        return "failed: %s" % traceback.format_exc()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return "passed"


def main(words: List[str]) -> int:
    """Run in a real Nuke: a file for the verdict, and perhaps a take and its plate."""
    if not words:
        sys.stderr.write("Name the file for the verdict.\n")
        return 2
    for place in (os.path.join(ROOT, "nuke"), os.path.join(ROOT, "core")):
        if place not in sys.path:
            sys.path.append(place)
    found = run(words[0], *words[1:3])
    sys.stdout.write("%(passed)d passed, %(failed)d failed, %(not_run)d not run\n" % found)
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
