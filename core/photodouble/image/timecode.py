"""SMPTE timecode: counting frames and the bits in which EXR stores it."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from fractions import Fraction

_TEXT = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2})\Z")


@dataclass(frozen=True)
class Timecode:
    """Hold a frame's place on the tape: frames counted from 00:00:00:00, at a nominal whole rate.

    Drop-frame code leaves out two (or four, at 60) numbers a minute, except every tenth (SMPTE ST 12-1).
    """

    count: int
    nominal: int
    is_drop: bool = False

    @classmethod
    def from_text(cls, text: str, rate: Fraction) -> Timecode | None:
        """Read `HH:MM:SS:FF`, or `HH:MM:SS;FF` for drop-frame; None if it is no timecode."""
        match = _TEXT.match(text.strip())
        nominal = round(rate)
        if match is None or nominal < 1:
            return None
        hours, minutes, seconds, frames = (int(match.group(n)) for n in (1, 2, 3, 5))
        is_drop = match.group(4) in ";," and nominal % 30 == 0
        total = hours * 60 + minutes
        count = (total * 60 + seconds) * nominal + frames
        if is_drop:
            count -= (nominal // 15) * (total - total // 10)
        return cls(count, nominal, is_drop)

    @classmethod
    def from_exr(cls, packed: int, rate: Fraction) -> Timecode | None:
        """Read EXR's `timeCode` attribute or DPX's, its first four bytes as a number; None for nonsense.

        None above 30 frames a second, too: the bits count pairs of frames there (SMPTE ST 12-1), which some
        programs obey and others do not, and one header does not tell which.
        """
        hours, minutes, seconds, frames = (
            _whole(packed >> shift & mask) for shift, mask in ((24, 0x3F), (16, 0x7F), (8, 0x7F), (0, 0x3F))
        )
        nominal = round(rate)
        if minutes > 59 or seconds > 59 or hours > 23 or not 1 <= nominal <= 30 or frames >= nominal:
            return None
        sign = ";" if packed & 0x40 and nominal % 30 == 0 else ":"
        return cls.from_text(f"{hours:02d}:{minutes:02d}:{seconds:02d}{sign}{frames:02d}", rate)

    def later(self, frames: int) -> Timecode:
        """Give the timecode that many frames later; a day wraps round."""
        return Timecode((self.count + frames) % self._day, self.nominal, self.is_drop)

    @property
    def fields(self) -> tuple[int, int, int, int]:
        """Give (hours, minutes, seconds, frames)."""
        count = self.count
        if self.is_drop:
            left_out = self.nominal // 15
            minute = 60 * self.nominal - left_out
            tens, rest = divmod(count, 10 * minute + left_out)
            count += 9 * left_out * tens + left_out * max(0, (rest - left_out) // minute)
        seconds, frames = divmod(count, self.nominal)
        return seconds // 3600, seconds // 60 % 60, seconds % 60, frames

    def to_text(self) -> str:
        """Write `HH:MM:SS:FF`, with a semicolon before the frames in drop-frame."""
        hours, minutes, seconds, frames = self.fields
        return f"{hours:02d}:{minutes:02d}:{seconds:02d}{';' if self.is_drop else ':'}{frames:02d}"

    def to_exr(self) -> bytes:
        """Pack it as EXR's `timecode` attribute: binary-coded decimals and flags, then no user data."""
        hours, minutes, seconds, frames = self.fields
        packed = _decimal(frames) | (0x40 if self.is_drop else 0)
        packed |= _decimal(seconds) << 8 | _decimal(minutes) << 16 | _decimal(hours) << 24
        return struct.pack("<II", packed, 0)

    @property
    def _day(self) -> int:
        dropped = (self.nominal // 15) * (1440 - 144) if self.is_drop else 0
        return 86400 * self.nominal - dropped


def _decimal(value: int) -> int:
    return value % 10 | (value // 10) << 4


def _whole(decimal: int) -> int:
    """Read a binary-coded decimal; 99 for digits that are none."""
    tens, ones = divmod(decimal, 16)
    return tens * 10 + ones if ones < 10 and tens < 10 else 99
