"""Pull a shot: the engine says which frames of the plate it needs, and a node for it stands in the script."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Tuple

import nuke

from photodouble_client.language import said

from . import asking, group, studio, studio_files


def pull(chosen: Any, operation: str) -> None:
    """Make work of every shot that is selected, one after the other; raises ArtistError at once."""
    cut = studio_files.cut_of(chosen)
    wanted = [(ident, one) for ident, one in cut.items.items() if not chosen.items or one in chosen.items]
    if not chosen.items and len(wanted) > 1:
        wanted = _one_of(wanted)
    path = studio_files.write_cut(chosen, cut)
    for _, item in wanted:
        _pull_one(chosen, operation, path, item)


def _one_of(wanted: List[Tuple[str, Any]]) -> List[Tuple[str, Any]]:
    names = [item.name() for _, item in wanted]
    answer = nuke.choice("Pull Shot", "Which shot?", names)
    return [] if answer is None else [wanted[int(answer)]]


def _pull_one(chosen: Any, operation: str, path: str, item: Any) -> None:
    given: Dict[str, Any] = {
        "edit": path,
        "operation": operation,
        "shot": item.name(),
        "at": str(_middle(chosen, item)),
        "output": studio_files.takes_root(chosen.project) + "/edits/pulled",
        "root": studio_files.takes_root(chosen.project),
        "overwrite": True,
    }

    def done(answer: Mapping[str, Any]) -> None:
        studio.attempt(lambda: _stand(operation, answer, given["root"]))

    asking.ask("edit.pull", given, done, studio.refuse)


def _middle(chosen: Any, item: Any) -> int:
    """Give a frame of the cut, in its own numbers, at which a shot is seen."""
    if chosen.sequence is None:
        media = item.mediaSource()
        return int(media.timecodeStart() + item.sourceIn() + item.duration() // 2)
    return int(chosen.sequence.timecodeStart()) + (int(item.timelineIn()) + int(item.timelineOut())) // 2


def _stand(operation: str, answer: Mapping[str, Any], root: str) -> None:
    """Put a Read of the plate and a node of the operation into the script; one step of undo."""
    frames = str(answer["range"])
    request = answer["document"]
    with nuke.Undo("Pull Shot"):
        plate = nuke.nodes.Read(file=nuke_path(str(answer["plate"])))
        numbers = [int(one) for one in frames.replace("-", ",").split(",") if one]
        for name, value in (("first", min(numbers)), ("last", max(numbers))):
            plate[name].setValue(value)
            plate["orig" + name].setValue(value)
        for node in nuke.selectedNodes():
            node.setSelected(False)
        plate.setSelected(True)
        made = group.make(operation)
        for name, text in (("shot", request["shot"]), ("takes_folder", root), ("frame_list", frames)):
            made[name].setValue(text)
        made["frames"].setValue("these")
    lines = ["{}: frames {}, cut in {}, out {}.".format(
        answer["shot"], frames, answer["cut_in"], answer["cut_out"])]  # fmt: skip
    lines += ["Still needed: {}".format(one) for one in answer["missing"]]
    lines += [" ".join(str(note[key]) for key in ("what", "fix") if note[key]) for note in answer["notes"]]
    nuke.message("\n".join(said(line) for line in lines if line))


def nuke_path(pattern: str) -> str:
    """Write a pattern with #### as Nuke keeps it, with %04d."""
    count = pattern.count("#")
    return pattern.replace("#" * count, "%0{}d".format(count)) if count else pattern
