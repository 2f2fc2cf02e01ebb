"""Push a take: the engine says which shots may show it, and it lies on a new track over its plate.

Nothing is imported from the file that the engine writes: programs read image sequences of an OTIO in ways of
their own. The take's clip is made from a path with %04d, and its times are the plate's, frame for frame.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import hiero.core
import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.language import said as translated

from . import asking, studio, studio_cut, studio_files

BIN = "Photo Double"
_NEAR = 1e-3


def push(chosen: Any, *, is_temp: bool) -> None:
    """Choose a take of what is selected and put it over its plate; raises ArtistError at once."""
    cut = studio_files.cut_of(chosen)
    root = studio_files.takes_root(chosen.project)

    def listed(rows: Sequence[Mapping[str, Any]]) -> None:
        studio.attempt(lambda: _choose(chosen, cut, rows, root, is_temp=is_temp))

    asking.ask("takes.list", {"root": root}, listed, studio.refuse)


def _choose(
    chosen: Any, cut: studio_cut.Cut, rows: Sequence[Mapping[str, Any]], root: str, *, is_temp: bool
) -> None:
    names = [one.name() for one in (chosen.items or tuple(cut.items.values()))]
    mine = [row for row in rows if str(row["name"]).partition("/")[0] in names] or list(rows)
    if not mine:
        raise ArtistError(
            "engine.no_take",
            "There is no take yet",
            "No take lies in {}.".format(root),
            "Pull the shot and make one first.",
        )
    place: Optional[int] = 0
    if len(mine) > 1:
        place = nuke.choice("Push Take", "Which take?", [_called(row) for row in mine])
    if place is None:
        return
    row = mine[int(place)]
    to = studio_files.next_file(chosen, cut.document["name"])
    given: Dict[str, Any] = {
        "edit": studio_files.write_cut(chosen, cut),
        "takes": str(row["folder"]),
        "root": root,
        "shots": "\n".join(one.name() for one in chosen.items),
        "temp": is_temp,
        "to": to,
    }

    def done(answer: Mapping[str, Any]) -> None:
        studio.attempt(lambda: _lay(chosen, cut, str(row["name"]), answer))

    asking.ask("edit.push", given, done, studio.refuse)


def _called(row: Mapping[str, Any]) -> str:
    review = str(row.get("review", ""))
    state = str(row.get("status", "")) if review in ("", "suggestion") else review.replace("_", " ")
    return "{} · {}".format(row["name"], state)


def _lay(chosen: Any, cut: studio_cut.Cut, label: str, answer: Mapping[str, Any]) -> None:
    """Lay the take where the written cut shows it, and say what was noted; one step of undo."""
    with open(answer["file"], encoding="utf-8") as file:
        takes = studio_cut.takes_in(json.load(file))
    wanted = [
        (cut.items[ident], reference) for ident, reference in sorted(takes.items()) if ident in cut.items
    ]
    wanted = [one for one in wanted if not chosen.items or one[0] in chosen.items]
    said = [" ".join(str(note[key]) for key in ("what", "fix") if note[key]) for note in answer["notes"]]
    if wanted and chosen.sequence is None:
        with chosen.project.beginUndo("Push Take"):
            add_to_bin(chosen.project, clip_of(wanted[0][1], label))
        said.insert(0, "{} is in the bin {}.".format(label, BIN))
    elif wanted:
        count = lay(chosen.sequence, label, wanted)
        said.insert(0, "{} lies over {} shot{}.".format(label, count, "s" if count > 1 else ""))
    else:
        said.insert(0, "{} is shown nowhere.".format(label))
    said.append("Written: {}".format(answer["file"]))
    nuke.message("\n".join(translated(line) for line in said if line))


def lay(sequence: Any, label: str, wanted: Sequence[Tuple[Any, Mapping[str, Any]]]) -> int:
    """Lay takes over their plates on a new track, frame for frame; the plates stay as they are.

    One step of undo, and none where anything is wrong. Raises ArtistError.
    """
    for item, _ in wanted:
        if item.parentSequence() != sequence:
            raise _gone(item.name())
    clips = [clip_of(reference, label) for _, reference in wanted]
    project = sequence.project()
    project.beginUndo("Push Take")
    try:
        track = hiero.core.VideoTrack(label)
        for (item, reference), clip in zip(wanted, clips):
            add_to_bin(project, clip)
            track.addTrackItem(_over(track, item, reference, clip))
        sequence.addTrack(track)
    except Exception:
        project.cancelUndo()
        raise
    project.endUndo()
    return len(clips)


def clip_of(reference: Mapping[str, Any], label: str) -> Any:
    """Make the clip of a take from the pattern of its files; raises ArtistError where they are gone."""
    path = pattern_of(reference)
    media = hiero.core.MediaSource(path)
    if not media.isMediaPresent():
        raise ArtistError(
            "engine.no_take",
            "The pictures of the take are not there",
            "{} was not found.".format(path),
            "Bring the take back, or push another.",
        )
    clip = hiero.core.Clip(media)
    clip.setName(label)
    return clip


def pattern_of(reference: Mapping[str, Any]) -> str:
    """Give the path of a take's pictures with %04d for the number; the URL of a folder is unescaped."""
    from urllib.parse import unquote, urlsplit

    base = str(reference["target_url_base"])
    if base.startswith("file:"):
        parts = urlsplit(base)
        base = unquote(parts.path)
        base = "//" + parts.netloc + base if parts.netloc not in ("", "localhost") else base
        base = base[1:] if base[2:3] == ":" else base
    number = "%0{}d".format(int(reference["frame_zero_padding"]))
    return "{}/{}{}{}".format(base.rstrip("/"), reference["name_prefix"], number, reference["name_suffix"])


def add_to_bin(project: Any, clip: Any) -> None:
    """Keep a clip in our bin of the project."""
    above = project.clipsBin()
    found: List[Any] = [one for one in above.bins() if one.name() == BIN]
    place = found[0] if found else hiero.core.Bin(BIN)
    if not found:
        above.addItem(place)
    place.addItem(hiero.core.BinItem(clip))


def _over(track: Any, item: Any, reference: Mapping[str, Any], clip: Any) -> Any:
    """Make the item of a take: the plate's own times, moved by as much as the files are numbered apart."""
    offset = int(reference["metadata"]["photodouble"].get("offset", 0))
    shift = studio_cut.frame_in_files(item.source(), 0) + offset - studio_cut.frame_in_files(clip, 0)
    begin, end = int(item.timelineIn()), int(item.timelineOut())
    made = track.createTrackItem(item.name())
    made.setSource(clip)
    made.setTimes(begin, end, item.sourceIn() + shift, item.sourceOut() + shift)
    if abs(made.playbackSpeed() - item.playbackSpeed()) > _NEAR:
        made.setPlaybackSpeed(item.playbackSpeed())
    for time in range(begin, end + 1):
        if abs(made.mapTimelineToSource(time) - item.mapTimelineToSource(time) - shift) > _NEAR:
            raise _inexact(item.name())
    return made


def _gone(name: str) -> ArtistError:
    return ArtistError(
        "input.edit_no_clip",
        "The shot is not there any more",
        "{} was taken out of the timeline meanwhile.".format(name),
        "Select it again and push the take once more.",
    )


def _inexact(name: str) -> ArtistError:
    return ArtistError(
        "input.edit_media",
        "The take would not lie frame over frame",
        "The studio shows other frames of the take than of the plate in {}.".format(name),
        "Import the cut that was written instead, or render the shot's retime and cut that in.",
    )
