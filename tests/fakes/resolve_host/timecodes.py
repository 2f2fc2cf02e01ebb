"""Frame rates as Resolve writes them, and timecodes."""

from __future__ import annotations

from fractions import Fraction

RATES = {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001), "59.94": Fraction(60000, 1001)}


def rate_of(text: object) -> Fraction:
    """Read a rate: 23.976, '24', '29.97 DF'."""
    word = str(text).split()[0]
    if word.endswith(".0"):
        word = word[:-2]
    return RATES.get(word) or Fraction(word)


def is_drop(text: object) -> bool:
    return str(text).endswith("DF")


def nominal(rate: Fraction) -> int:
    """Count the frame numbers in a second of timecode."""
    return int(rate + Fraction(1, 2))


def rate_text(rate: Fraction) -> str:
    """Write a rate as Resolve does: fractional ones with their usual digits."""
    for text, value in RATES.items():
        if value == rate:
            return text
    return str(int(rate)) if rate.denominator == 1 else str(float(rate))


def frames_of(timecode: str, rate: Fraction) -> int:
    """Count the frames from midnight; a semicolon before the frames says drop frame."""
    hours, minutes, seconds, frames = (int(part) for part in timecode.replace(";", ":").split(":"))
    count = ((hours * 60 + minutes) * 60 + seconds) * nominal(rate) + frames
    if ";" in timecode:
        dropped = nominal(rate) // 15
        total = hours * 60 + minutes
        count -= dropped * (total - total // 10)
    return count


def timecode_of(frames: int, rate: Fraction, drop: bool = False) -> str:
    """Write the timecode of a frame counted from midnight."""
    base = nominal(rate)
    if drop:
        dropped = base // 15
        ten = base * 600 - 9 * dropped
        tens, rest = divmod(frames, ten)
        minutes = max(0, (rest - dropped) // (base * 60 - dropped))
        frames += dropped * (9 * tens + minutes)
    seconds, left = divmod(frames, base)
    mark = ";" if drop else ":"
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{left:02d}"
