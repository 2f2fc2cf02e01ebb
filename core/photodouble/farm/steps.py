"""The three steps of a farm job, as arguments of `photodouble run`: analyse, make frames, finish."""

from __future__ import annotations

from .options import FarmOptions

ANALYSE, FRAMES, FINISH = "analyse", "frames", "finish"


def arguments(step: str, request: str, *, root: str = "", frames: str = "") -> list[str]:
    """Return the arguments of one step; paths and frames may be placeholders of a template."""
    words = ["run", request]
    if root:
        words += ["--root", root]
    words += ["--step", step]
    if frames:
        words.append(f"--frames={frames}")
    return words


def copying(options: FarmOptions, output: str) -> list[str]:
    """Return the arguments by which the last step copies the result, none if nothing is copied."""
    if not options.output:
        return []
    words = [f"--output={output}"]
    if options.layers:
        words.append("--layers")
    if options.overwrite:
        words.append("--overwrite")
    return words
