"""Name the frames of a plate that are worth painting, and what each is predicted to gain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from photodouble.engine.tracking import Plate
from photodouble.ops.deage.followed import Sought, follow_faces
from photodouble.ops.deage.landmarks import choose
from photodouble.ops.deage.measured import motion_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.regions import skin
from photodouble.ops.deage.suggest import suggest_keys
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import held_frame
from photodouble_client.frames import FrameRange


def suggest(
    plate: Plate, count: int, sought: Sought, report: Reporter, *, already: Sequence[int] = ()
) -> dict[str, Any]:
    """Return the frames to paint, the best first, beside those `already` painted.

    Raises ArtistError `input.bad_key` for more frames than there are, and as the trackers do.
    """
    first = plate.pictures.read(held_frame(plate.pictures, plate.frames[0]))
    sought = Sought(sought.tracker, sought.file, sought.face, sought.performer, first.pixel_aspect)
    found = follow_faces(plate.linear, plate.frames, first.display_window.size, sought, report)
    track = choose(found, sought.face if found[0].kind == "auto" else "", sought.performer)
    chosen = suggest_keys(
        Motions(motion_track(track), plate.linear),
        count,
        frames=plate.frames,
        already=already,
        matte=lambda frame: skin(track, frame),
        on_frame=lambda done, of: report.progress(done, of, "comparing frames"),
    )
    return {
        "frames": FrameRange(one.frame for one in chosen).to_text(),
        "keys": [
            {
                "frame": one.frame,
                "gain_db": round(one.gain_db, 2),
                "serves": FrameRange(one.serves).to_text(),
            }
            for one in chosen
        ],
        "face": track.face.ident,
    }
