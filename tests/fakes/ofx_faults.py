"""Faults to plant in copies of the node's source: each is one change of a few signs that compiles.

A fault says what it breaks, in which file, and the text that stands there exactly once.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One change of the source: `old`, which stands in `file` exactly once, becomes `new`."""

    what: str
    file: str
    old: str
    new: str

    def plant(self, source: Path, copy: Path) -> None:
        """Copy the source and change it; raises ValueError where the text is not there exactly once."""
        shutil.copytree(source, copy)
        path = copy / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.what}: {text.count(self.old)} times in {self.file}: {self.old}")
        path.write_text(text.replace(self.old, self.new))


NODE, PIXELS, TAKE, EXR = "node.c", "pixels.c", "take.c", "exr.c"

FAULTS = (
    Fault("a picture is never released", NODE, "    release(image);\n", ""),
    Fault("the matte's picture is never released", NODE, "    release(matte_image);\n", ""),
    Fault(
        "the path is read after the next call",
        NODE,
        'if (get_control(asked, "take", &text) && text)',
        'if (get_control(asked, "take", &text) && get_control(asked, "mix", &asked->look.mix) && text)',
    ),
    Fault(
        "the offset has the wrong sign",
        NODE,
        "shown += asked->offset;",
        "shown -= asked->offset;",
    ),
    Fault(
        "the first frame of the media is left out",
        NODE,
        "(double)source + asked->take.source_first",
        "(double)source",
    ),
    Fault("a frame is cut off instead of found", NODE, "asked->time + 0.001", "asked->time - 0.001"),
    Fault(
        "another order of playing is taken for the media's",
        NODE,
        "is_told = is_in_order && properties",
        "is_told = properties",
    ),
    Fault("identity is said before the frame is told", NODE, '!strstr(name, "Resolve");', "1;"),
    Fault(
        "an action is left unanswered",
        NODE,
        "return is_life ||",
        "return",
    ),
    Fault(
        "ranges are not declared", NODE, "properties->propSetDouble(set, told->name, 0, told->number);", ";"
    ),
    Fault(
        "frames are said to be all the same",
        NODE,
        "OFX(ImageEffectFrameVarying), 0, 1",
        "OFX(ImageEffectFrameVarying), 0, 0",
    ),
    Fault("other values are keyed all the same", NODE, "strcmp(kinds[i][1], kind)", "0"),
    Fault("mix is not looked at", NODE, '    get_control(asked, "mix", &asked->look.mix);\n', ""),
    Fault(
        "rows are taken to be packed",
        PIXELS,
        "(y - picture->bounds.y1) * picture->row_bytes",
        "(y - picture->bounds.y1) * 16 * (picture->bounds.x2)",
    ),
    Fault("the left edge is taken to be 0", PIXELS, "(x - picture->bounds.x1)", "x"),
    Fault("the lower edge is taken to be 0", PIXELS, "(y - picture->bounds.y1)", "y"),
    Fault("the picture is upside down", PIXELS, "shown.y2 - 1 - y", "shown.y1 + y"),
    Fault(
        "a proxy is upside down",
        PIXELS,
        "larger(shown.y2 - to, data.y1); line < smaller(shown.y2 - from,",
        "larger(shown.y1 + from, data.y1); line < smaller(shown.y1 + to,",
    ),
    Fault("a proxy forgets the matte's weight", PIXELS, "+= matte * work->line", "+= share * work->line"),
    Fault("the lowest row is left out", PIXELS, "y >= window.y1; y--", "y > window.y1; y--"),
    Fault("the fill is added instead of mixed", PIXELS, "much * (fill[c] - to[c])", "much * fill[c]"),
    Fault("alpha is changed", PIXELS, "to[c] = much < 1", "to[3] = much; to[c] = much < 1"),
    Fault("a fill that is no number is shown", PIXELS, " && sum - sum == 0", ""),
    Fault("the host's matte is not looked at", PIXELS, "        narrow(work, matte, y);\n", ""),
    Fault("a white beyond 1 counts more than once", PIXELS, "(wanted < 1 ? wanted : 1)", "wanted"),
    Fault(
        "half a frame stays where a file breaks",
        PIXELS,
        "if (!is_done) pixels_copy",
        "if (0) pixels_copy",
    ),
    Fault("nobody asks whether to go on", PIXELS, "% ROWS_BETWEEN == 0", "% ROWS_BETWEEN == 77"),
    Fault(
        "around the input lies what was there before",
        PIXELS,
        "    memset(pixel(out, x1, y), 0, (size_t)(from - x1) * 16);\n",
        "",
    ),
    Fault("any format will do", PIXELS, "    return is_format(seen, width, height);", "    return 1;"),
    Fault(
        "the neighbour is shown for a missing frame",
        TAKE,
        "if (number < take->first || number > take->last) return NULL;",
        "if (number > take->last) number = take->last;",
    ),
    Fault("a version is not looked at", TAKE, 'if (strcmp(take->said[TAKE_STAGE], "1")) return 0;', ""),
    Fault("a name may lead out of its folder", TAKE, '!strpbrk(name, "/\\\\:")', "1"),
    Fault("numbers are padded to four, whatever is said", TAKE, "run, number < 0", "4, number < 0"),
    Fault(
        "the newest is looked for one folder too low", TAKE, "!go_up(base) || !go_up(base)", "!go_up(base)"
    ),
    Fault("a request keeps its hidden name", TAKE, "is_whole && move_path(part, request)", "is_whole"),
    Fault(
        "the sum of a zip is not checked", EXR, "(int)(sum >> shift & 255)", "(int)(sum >> shift & 255) && 0"
    ),
    Fault(
        "a short read is taken for a whole one",
        EXR,
        "exr->file) == size;",
        "exr->file) > 0;",
    ),
    Fault("the sign of a half is lost", EXR, "(half & 0x8000) << 16", "(half & 0) << 16"),
    Fault("a line begins at the window of another", PIXELS, "(work->box.x1 + shown.x1 - data.x1)", "0"),
    Fault("an open file is never closed", EXR, "if (exr->file) fclose(exr->file);", ""),
)
