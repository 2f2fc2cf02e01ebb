"""Frames as a farm counts them: chunks of a range, and frame lists in the grammar of Open Job Description."""

from __future__ import annotations

from photodouble_client.frames import FrameRange


def chunks(frames: FrameRange, size: int) -> list[FrameRange]:
    """Cut a range into chunks of at most `size` frames, in order."""
    ordered = list(frames)
    return [FrameRange(ordered[start : start + size]) for start in range(0, len(ordered), max(size, 1))]


def is_contiguous(frames: FrameRange) -> bool:
    """Whether a range has neither gaps nor steps."""
    return len(frames) == frames.last - frames.first + 1


def to_farm(frames: FrameRange) -> str:
    """Write a range as Open Job Description does: `1001-1010`, `1-9:2` for every second one."""
    return frames.to_text().replace("x", ":")


def from_farm(text: str) -> str:
    """Turn a frame list of Open Job Description into one of ours."""
    return text.replace(":", "x")
