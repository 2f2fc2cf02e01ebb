"""Errors an artist can act on: what happened, and what to do about it.

Every code is one line of `CODES`; its first word is the family, and the family decides the exit status of the
command line. The reference pages are generated from this table.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

EXIT_CODES: Dict[str, int] = {"usage": 2, "input": 3, "model": 4, "engine": 5, "policy": 6, "consent": 6}

CODES: Dict[str, str] = {
    "usage.arguments": "The command was not understood as it was typed.",
    "usage.frames": "A frame list could not be read.",
    "usage.unknown_parameter": "A value was given for a control that this operation does not have.",
    "usage.bad_value": "A control was given a value it cannot take.",
    "input.missing_sequence": "No picture was found where one was expected.",
    "input.missing_frames": "Some frames of a sequence are not on disk.",
    "input.size_mismatch": "Two inputs that must have the same size do not.",
    "input.range_mismatch": "An input does not cover the frames that are asked for.",
    "input.empty_range": "The frame range holds no frames.",
    "input.matte_covers_all": "The matte covers the whole picture, so no real pixels are left to fill from.",
    "input.corrupt_file": "A file is damaged or cut short.",
    "input.deep_exr": "A file is a deep EXR, which holds many samples per pixel and cannot be filled.",
    "input.mipmapped_exr": "A file is a mip-mapped or rip-mapped EXR, which is a texture and not a frame.",
    "input.unknown_colourspace": "A colour space name is not in the colour configuration in use.",
    "input.unknown_channel": "A channel or layer name is not in the file.",
    "input.unsupported_format": "A file is of a kind that cannot be read or written.",
    "input.movie_timebase": "A movie does not keep a constant number of frames per second.",
    "input.movie_support": "Movies need an optional library that is not installed.",
    "input.output_is_input": "The output would overwrite one of the inputs.",
    "input.output_exists": "The output already exists.",
    "input.unwritable_output": "The output folder cannot be written to.",
    "input.host_render": "The host could not render what feeds an operation.",
    "input.host_closed": "The host cannot be driven from outside, in this edition or at this moment.",
    "input.host_refused": "The host did not do what it was asked, or did something else.",
    "input.host_open": "A host is running that must be closed for this.",
    "input.no_clip": "No clip is chosen in the host that can be worked on.",
    "input.bad_request": "A request file could not be understood.",
    "input.bad_document": "A document such as a track or a drawn shape could not be understood.",
    "input.missing_edit": "A cut is not where it was looked for.",
    "input.bad_edit": "A cut is damaged, or is not what its name says.",
    "input.edit_rate": "A frame rate of a cut is missing or is no rate.",
    "input.edit_columns": "A list of shots (ALE or CSV) is damaged, or has no such column.",
    "input.edit_shot": "A cut has no such shot, or several of that name.",
    "input.edit_media": "The media of a shot is missing, is camera raw, or lacks frames.",
    "input.edit_plate": "A plate that was pulled and renumbered could not be matched to the cut.",
    "input.edit_no_clip": "A cut has no clip that a take belongs to.",
    "input.edit_profile": "A program does not take a cut of this shape.",
    "input.bad_paint": "A painted frame does not fit the frame that was sent out for painting.",
    "input.bad_key": "A painted key does not fit the plate, or holds no paint.",
    "input.no_face": "No face was found in the frames that were looked at.",
    "input.which_face": "Several faces were found, and nobody said which one is meant.",
    "input.face_view": "A face is seen from the side or lies outside the frame where it is needed.",
    "input.few_points": "Too few points are given or visible to hold a face still.",
    "input.face_support": "Faces are found with an optional library that is not installed.",
    "model.unknown": "A model file has no card, so nobody knows what it is and what it may be used for.",
    "model.refused": "A model may not be used here: its licence, attestation or the show's policy forbids.",
    "model.unsafe": "A model file could run a program while it is loaded.",
    "model.support": "Models of this kind need an optional library that is not installed.",
    "consent.missing": "There is no consent of the performer for this work.",
    "consent.not_valid": "The consent does not cover this work: it is expired, revoked, or of another scope.",
    "policy.approval": "A named person's approval is missing.",
    "policy.forbidden": "The show's policy does not allow this.",
    "policy.no_person": "A decision needs a named person with a key of their own.",
    "policy.permit": "A farm machine has no valid permit for this request.",
    "input.tampered": "A file, a record or a signature is not what it was when it was made.",
    "engine.ledger": "The ledger cannot be read or written.",
    "engine.disk_full": "The disk is full.",
    "engine.stopped": "The job was stopped before it was complete.",
    "engine.take_sealed": "The take is complete and sealed, and a sealed take never changes.",
    "engine.take_mismatch": "The take on disk was made from a different request.",
    "engine.no_take": "No such take was found.",
    "engine.no_source": "No frame of the shot can serve as a source of real pixels.",
    "engine.memory": "The work does not fit into the memory of this machine.",
    "engine.not_installed": "No engine is set up for this host on this machine.",
    "engine.start_failed": "The engine did not start.",
    "engine.unreachable": "The engine does not answer.",
    "engine.version_mismatch": "The host's plugin and the engine are of versions that do not fit together.",
    "engine.refused": "The engine refused a message, because it was too large or came from elsewhere.",
    "engine.no_job": "The engine does not know that job, preview, task or host session.",
    "engine.worker_crashed": "The worker ended without a word, again and again at the same frame.",
    "engine.frames_missing": "Frames of the take are missing, so it cannot be sealed.",
    "engine.farm_support": "Farm jobs need an optional library that is not installed.",
    "engine.panel_support": "The panel needs Qt, an optional library, and a screen.",
    "engine.runtime_folder": "The folder that holds the engine's address cannot be used safely.",
    "engine.ofx_build": "The OpenFX node cannot be built on this machine.",
    "engine.ofx_faulty": "A built OpenFX node is not what a host may load.",
    "engine.ofx_check": "The OpenFX node did not load or did not give the picture that it must give.",
    "engine.unexpected": "The program itself failed; the log of the take holds the details.",
}


LONGEST_SENTENCE = 2000
LONGEST_DETAIL = 20000


class ArtistError(Exception):
    """Tell the artist what happened and how to put it right.

    `title` is at most 60 characters; `fix` is an instruction; `detail` is for the technical director;
    `action` names an optional one-click repair. A code that is not in `CODES` or a title that is too long
    raises ValueError, because both are faults of the program and not of the artist. What else is too long to
    be read, as when it repeats a value of a megabyte, is cut in the middle.
    """

    def __init__(
        self,
        code: str,
        title: str,
        message: str,
        fix: str,
        detail: str = "",
        action: Optional[str] = None,
    ) -> None:
        if code not in CODES:
            raise ValueError(f"unknown error code: {code!r}")
        if not title or len(title) > 60:
            raise ValueError(f"an error title has 1 to 60 characters: {title!r}")
        message, fix = _bounded(message, LONGEST_SENTENCE), _bounded(fix, LONGEST_SENTENCE)
        detail = _bounded(detail, LONGEST_DETAIL)
        super().__init__(code, title, message, fix, detail, action)
        self.code = code
        self.title = title
        self.message = message
        self.fix = fix
        self.detail = detail
        self.action = action

    def __str__(self) -> str:
        return f"{self.title}: {self.message} {self.fix}"

    @property
    def family(self) -> str:
        """Name the family of the error, the first word of its code."""
        return self.code.split(".", 1)[0]

    @property
    def exit_code(self) -> int:
        """Give the exit status with which the command line ends on this error."""
        return EXIT_CODES[self.family]

    def to_json(self) -> Dict[str, Any]:
        """Write the error as plain JSON values."""
        return {
            "action": self.action,
            "code": self.code,
            "detail": self.detail,
            "fix": self.fix,
            "message": self.message,
            "title": self.title,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ArtistError:
        """Read an error that crossed the wire."""
        action = stored.get("action")
        return cls(
            str(stored["code"]),
            str(stored["title"]),
            str(stored["message"]),
            str(stored["fix"]),
            str(stored.get("detail", "")),
            None if action is None else str(action),
        )


def _bounded(text: str, most: int) -> str:
    """Leave out the middle of a text that nobody would read to its end."""
    if len(text) <= most:
        return text
    half = most // 2 - 3
    return text[:half] + " ... " + text[-half:]
