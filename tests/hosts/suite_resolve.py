"""The suite that runs in a real Resolve as in the made-up one, and writes what it found into a file.

Put this file into `Fusion/Scripts/Utility`, name the verdict with PHOTODOUBLE_VERDICT, and choose it in
Workspace > Scripts with a project open that may be changed: the playhead on a clip whose files the engine can
read. It needs nothing but Resolve: Python 3.7, no test runner, no package.

Each `case_...` is a function of a stage; its first line is what it shows. A case that leaves something behind
has failed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from typing import Any, Callable, Dict, Mapping, Optional

VERDICT = "PHOTODOUBLE_VERDICT"
ADAPTER = "PHOTODOUBLE_RESOLVE"
KEPT = "Photo Double keeps "
"""What versions before 19.1 cannot delete by script, and therefore leave in the list of presets."""


class NotRunError(Exception):
    """A case that cannot be shown here, and why."""


class Stage:
    """What a case works with: Resolve, and what is open in it."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        from photodouble_resolve import clips, edition, finding

        self.found = finding.find_resolve(namespace)
        self.resolve = self.found.resolve
        self.edition = edition.probe(self.resolve)
        self.project = clips.project_of(self.resolve)

    def timeline(self) -> Any:
        """Give the timeline that is open."""
        from photodouble_resolve import clips

        return clips.timeline_of(self.project)

    def item(self) -> Any:
        """Give the clip under the playhead."""
        from photodouble_resolve import clips

        from photodouble_client.errors import ArtistError

        try:
            return clips.chosen(self.resolve)[0]
        except ArtistError as problem:
            raise NotRunError("%s %s" % (problem.message, problem.fix)) from problem

    def facts(self) -> Any:
        """Describe the clip under the playhead."""
        from photodouble_resolve import clips

        return clips.describe(self.resolve, self.item())

    def picture(self) -> Dict[str, Any]:
        """Read all that must not have changed when the suite is over."""
        from photodouble_resolve import clips
        from photodouble_resolve.calls import ask, has, listed, named, text, whole

        timeline, presets = self.timeline(), listed(self.project, "GetRenderPresetList")
        can_delete = has(self.project, "DeleteRenderPreset")
        items = [
            [track, text(item, "GetUniqueId"), whole(item, "GetStart"), whole(item, "GetEnd")]
            for track, item in clips.every_item(timeline)
        ]
        return {
            "items": items,
            "page": text(self.resolve, "GetCurrentPage"),
            "playhead": text(timeline, "GetCurrentTimecode"),
            "presets": sorted(one for one in presets if can_delete or not str(one).startswith(KEPT)),
            "render": [
                named(self.project, "GetCurrentRenderFormatAndCodec"),
                whole(self.project, "GetCurrentRenderMode"),
            ],
            "science": ask(self.project, "GetSetting", "colorScienceMode"),
            "timeline": text(timeline, "GetName"),
            "timelines": whole(self.project, "GetTimelineCount"),
        }


def case_finding(stage: Stage) -> None:
    """Resolve is found from its own menu, and tells product and version."""
    assert stage.edition.version[:1] >= (18,), stage.edition
    assert stage.edition.product.startswith("DaVinci Resolve"), stage.edition


def case_dir(stage: Stage) -> None:
    """`dir` tells what an object has; `hasattr` says yes to anything."""
    timeline = stage.timeline()
    assert "GetName" in dir(timeline)
    assert "GetNothingOfThisKind" not in dir(timeline)
    assert hasattr(timeline, "GetNothingOfThisKind"), "hasattr tells the truth here"


def case_roads(stage: Stage) -> None:
    """The road by script is open where a script runs."""
    from photodouble_resolve import roads

    assert roads.open_roads(stage.edition)[0].is_open


def case_handles(stage: Stage) -> None:
    """A clip keeps its unique id from one question to the next."""
    from photodouble_resolve.calls import text

    assert text(stage.item(), "GetUniqueId") == text(stage.item(), "GetUniqueId") != ""


def case_length(stage: Stage) -> None:
    """The end of a clip is the frame after its last."""
    from photodouble_resolve.calls import whole

    item = stage.item()
    begin, end, length = (whole(item, name) for name in ("GetStart", "GetEnd", "GetDuration"))
    assert begin is not None and end is not None and end - begin == length, (begin, end, length)


def case_describe(stage: Stage) -> None:
    """A clip is described: its frames lie inside its media, the playhead inside the clip."""
    facts = stage.facts()
    assert facts.record_in <= facts.playhead < facts.record_out, facts
    if facts.kind == "media":
        assert facts.media_first <= facts.source_in < facts.source_out <= facts.media_last + 1, facts
        assert all(facts.size), facts


def case_playhead(stage: Stage) -> None:
    """The playhead goes to a frame of the plate and back."""
    from photodouble_resolve import playing

    facts = stage.facts()
    was = playing.plate_frame(facts)
    try:
        for frame in (facts.source_in, facts.source_out - 1):
            playing.go_to(stage.resolve, facts, frame)
            assert playing.plate_frame(stage.facts()) == frame
    finally:
        playing.go_to(stage.resolve, facts, was)


def case_still(stage: Stage) -> None:
    """Resolve writes the frame under the playhead as a picture."""
    from photodouble_resolve import still

    path = still.export(stage.resolve)
    with open(path, "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n", path


def case_marker(stage: Stage) -> None:
    """A marker keeps its hidden text, and goes again."""
    from photodouble_resolve.calls import ask

    item, text = stage.item(), "photodouble:suite"
    taken = {int(frame) for frame in ask(item, "GetMarkers") or {}}
    frame = next(one for one in range(1000) if one not in taken)
    assert ask(item, "AddMarker", frame, "Yellow", "suite", "a note", 1, text)
    try:
        found = {int(key): value for key, value in ask(item, "GetMarkers").items()}
        assert found[frame]["customData"] == text, found
    finally:
        ask(item, "DeleteMarkerByCustomData", text)
    assert {int(one) for one in ask(item, "GetMarkers") or {}} == taken


def case_deliver(stage: Stage) -> None:
    """The Deliver page is kept as a preset and put back; EXR in half float is among the formats."""
    from photodouble_resolve import deliver
    from photodouble_resolve.calls import named

    before = stage.picture()["render"]
    with deliver.kept(stage.project):
        codecs = set(named(stage.project, "GetRenderCodecs", deliver.FORMAT).values())
        assert codecs & set(deliver.CODECS), sorted(codecs)
    assert stage.picture()["render"] == before


def case_colour(stage: Stage) -> None:
    """The project says how it manages colour, in words that are known."""
    from photodouble_resolve import clips, colours

    found = colours.management(stage.project, clips.timeline_of(stage.project))
    assert found.mode in ("unmanaged", "rcm", "aces"), found


def case_otio(stage: Stage) -> None:
    """A timeline is exported as OTIO."""
    from photodouble_resolve.calls import ask, has

    if not has(stage.resolve, "EXPORT_OTIO"):
        raise NotRunError("this build has no EXPORT_OTIO")
    path = os.path.join(tempfile.mkdtemp(prefix="photodouble-suite-"), "cut.otio")
    ask(stage.timeline(), "Export", path, stage.resolve.EXPORT_OTIO, stage.resolve.EXPORT_NONE)
    with open(path, encoding="utf-8") as file:
        assert json.load(file)["OTIO_SCHEMA"].startswith("Timeline")


def cases() -> Dict[str, Callable[[Stage], None]]:
    """Give every case by its name."""
    return {name[5:]: call for name, call in sorted(globals().items()) if name.startswith("case_")}


def run(
    verdict: str, namespace: Mapping[str, Any], chosen: Optional[Dict[str, Callable[[Stage], None]]] = None
) -> Dict[str, Any]:
    """Run the cases and write the verdict file; it is written anew after each case, in case Resolve ends."""
    stage = Stage(namespace)
    found: Dict[str, Any] = {
        "resolve": stage.edition.product + " " + ".".join(str(one) for one in stage.edition.version),
        "found_by": stage.found.how,
        "python": sys.version.split()[0],
        "system": sys.platform,
        "cases": {},
    }
    for name, call in (cases() if chosen is None else chosen).items():
        found["cases"][name] = _one(call, stage)
        told = list(found["cases"].values())
        found["passed"] = told.count("passed")
        found["failed"] = sum(1 for one in told if one.startswith("failed"))
        found["not_run"] = sum(1 for one in told if one.startswith("not run"))
        with open(verdict, "w", encoding="utf-8") as out:
            json.dump(found, out, indent=1, sort_keys=True)
    return found


def _one(call: Callable[[Stage], None], stage: Stage) -> str:
    try:
        before = stage.picture()
        call(stage)
        after = stage.picture()
    except NotRunError as why:
        return "not run: %s" % why
    except Exception:  # noqa: BLE001, whatever it is, the next case runs
        return "failed: %s" % traceback.format_exc()
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        return "failed: it left these changed: %s" % ", ".join(changed)
    return "passed"


def main(namespace: Mapping[str, Any]) -> int:
    """Run in a real Resolve: PHOTODOUBLE_VERDICT names the file, PHOTODOUBLE_RESOLVE the folder `resolve`."""
    verdict = os.environ.get(VERDICT, "")
    if not verdict:
        sys.stderr.write("Name the file for the verdict with %s.\n" % VERDICT)
        return 2
    here = os.path.dirname(
        os.path.dirname(os.path.dirname(os.path.abspath(namespace.get("__file__") or ".")))
    )
    for place in (os.environ.get(ADAPTER, ""), os.path.join(here, "resolve")):
        if os.path.isdir(place) and place not in sys.path:
            sys.path.append(place)
    from photodouble_resolve import vendored

    vendored.use()
    found = run(verdict, namespace)
    sys.stdout.write("%(passed)d passed, %(failed)d failed, %(not_run)d not run\n" % found)
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    main(globals())
