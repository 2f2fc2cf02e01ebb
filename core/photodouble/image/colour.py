"""Colour spaces: from what a file holds to scene-linear and back, through OpenColorIO."""

from __future__ import annotations

import difflib
import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photodouble_client.errors import ArtistError

Colours = NDArray[np.float32]
BUILT_IN_CONFIG = "ocio://studio-config-latest"
"""The ACES studio configuration inside OpenColorIO; it knows the camera logs."""


class ColourSpace(Protocol):
    """Turn a file's values into scene-linear and back; (..., 3) or grey (..., 1) float32."""

    @property
    def name(self) -> str:
        """Name the space."""
        ...

    def to_linear(self, values: Colours) -> Colours:
        """Turn file values (1.0 is full code) into scene-linear."""
        ...

    def from_linear(self, values: Colours) -> Colours:
        """Turn scene-linear values into file values."""
        ...


@dataclass(frozen=True)
class SceneLinear:
    """Leave values as they are: EXR and other scene-linear files."""

    name: str = "scene-linear"

    def to_linear(self, values: Colours) -> Colours:
        """Give the values unchanged."""
        return values

    def from_linear(self, values: Colours) -> Colours:
        """Give the values unchanged."""
        return values


@dataclass(frozen=True)
class Srgb:
    """Follow the sRGB curve (IEC 61966-2-1), primaries unchanged, extended above 1 and below 0."""

    name: str = "sRGB"

    def to_linear(self, values: Colours) -> Colours:
        """Undo the curve."""
        base = (np.maximum(values, np.float32(0.04045)) + np.float32(0.055)) / np.float32(1.055)
        curve = np.power(base, np.float32(2.4))
        return np.where(values <= np.float32(0.04045), values / np.float32(12.92), curve)

    def from_linear(self, values: Colours) -> Colours:
        """Apply the curve."""
        power = np.power(np.maximum(values, np.float32(0.0031308)), np.float32(1 / 2.4))
        curve = np.float32(1.055) * power - np.float32(0.055)
        return np.where(values <= np.float32(0.0031308), values * np.float32(12.92), curve)


@dataclass(frozen=True)
class Cineon:
    """Follow Kodak's printing density: 10-bit code 95 is black, 685 is white, 0.002 density a code.

    Kodak, "Conversion of 10-bit Log Film Data to 8-bit Linear or Video Data", 1995, with film gamma 0.6.
    """

    name: str = "Cineon"

    def to_linear(self, values: Colours) -> Colours:
        """Turn code over 1023 into scene-linear, where code 685 is 1."""
        black = 10 ** ((95 - 685) * 0.002 / 0.6)
        exponent = (values.astype(np.float64) * 1023 - 685) * (0.002 / 0.6)
        return ((10**exponent - black) / (1 - black)).astype(np.float32)

    def from_linear(self, values: Colours) -> Colours:
        """Turn scene-linear into code over 1023; nothing goes below code 0."""
        black = 10 ** ((95 - 685) * 0.002 / 0.6)
        lowest = 10 ** (-685 * 0.002 / 0.6)
        density = np.maximum(values.astype(np.float64) * (1 - black) + black, lowest)
        return ((np.log10(density) * (0.6 / 0.002) + 685) / 1023).astype(np.float32)


BY_CHANNEL = (Srgb, Cineon)
"""Spaces in which a code means the same light in every channel, whatever the others hold."""


class ConfigSpace:
    """Convert between a named space of an OpenColorIO configuration and its scene-linear role."""

    def __init__(self, config: Any, name: str) -> None:
        import PyOpenColorIO

        self.name = name
        lossless = (
            PyOpenColorIO.BIT_DEPTH_F32,
            PyOpenColorIO.BIT_DEPTH_F32,
            PyOpenColorIO.OPTIMIZATION_LOSSLESS,
        )
        there = config.getProcessor(name, PyOpenColorIO.ROLE_SCENE_LINEAR)
        back = config.getProcessor(PyOpenColorIO.ROLE_SCENE_LINEAR, name)
        self._there = there.getOptimizedCPUProcessor(*lossless)
        self._back = back.getOptimizedCPUProcessor(*lossless)

    def to_linear(self, values: Colours) -> Colours:
        """Turn file values into the configuration's scene-linear space."""
        return apply_processor(self._there, values)

    def from_linear(self, values: Colours) -> Colours:
        """Turn the configuration's scene-linear values into file values."""
        return apply_processor(self._back, values)


_OWN: dict[str, ColourSpace] = {
    "": SceneLinear(),
    "linear": SceneLinear(),
    "scene-linear": SceneLinear(),
    "scene_linear": SceneLinear(),
    "raw": SceneLinear("raw"),
    "srgb": Srgb(),
    "cineon": Cineon(),
}


def space_named(name: str) -> ColourSpace:
    """Find a colour space by name or alias: our own few first, then the configuration's.

    The configuration is $OCIO, or the ACES studio configuration built into OpenColorIO. Raises
    `ArtistError` input.unknown_colourspace with close matches.
    """
    own = _OWN.get(name.strip().lower())
    if own is not None:
        return own
    return _configured(os.environ.get("OCIO", ""), name.strip())


def space_of(path: Path, name: str = "", *, format: str, is_float: bool) -> ColourSpace:
    """Choose the colour space of a file: as named, by the show's file rules, or a sensible default.

    Floating-point files are scene-linear as they are, DPX is Cineon, everything else sRGB, movies too.
    """
    if name.strip():
        return space_named(name)
    ruled = _by_file_rule(path)
    if ruled:
        return space_named(ruled)
    if is_float and format != "movie":
        return SceneLinear()
    return Cineon() if format in ("dpx", "cineon") else Srgb()


def _by_file_rule(path: Path) -> str:
    source = os.environ.get("OCIO", "")
    if not source:
        return ""
    config = configuration(source)
    space, rule = config.getColorSpaceFromFilepath(str(path))
    rules = config.getFileRules()
    return str(space) if rules.getName(rule).lower() != "default" else ""


@functools.lru_cache(maxsize=32)
def _configured(source: str, name: str) -> ColourSpace:
    import PyOpenColorIO

    config = configuration(source)
    found = config.getColorSpace(name)
    if found is None:
        raise _unknown(config, source, name)
    try:
        return ConfigSpace(config, found.getName())
    except PyOpenColorIO.Exception as error:
        raise ArtistError(
            "input.unknown_colourspace",
            "The colour space cannot be used both ways",
            f"{name} cannot be converted to scene-linear and back with {source or 'the ACES configuration'}.",
            "Use another colour space, or give the configuration a scene_linear role.",
            detail=str(error),
        ) from error


@functools.lru_cache(maxsize=4)
def configuration(source: str) -> Any:
    """Open a configuration, the ACES studio one where `source` is empty; see `space_named` for errors."""
    import PyOpenColorIO

    try:
        if not source or source.startswith("ocio://"):
            return PyOpenColorIO.Config.CreateFromBuiltinConfig(source or BUILT_IN_CONFIG)
        return PyOpenColorIO.Config.CreateFromFile(source)
    except (PyOpenColorIO.Exception, PyOpenColorIO.ExceptionMissingFile) as error:
        raise ArtistError(
            "input.unknown_colourspace",
            "The colour configuration cannot be read",
            f"$OCIO names {source}, which OpenColorIO cannot use.",
            "Point $OCIO to the show's config.ocio, or unset it to use the built-in ACES configuration.",
            detail=str(error),
        ) from error


def _unknown(config: Any, source: str, name: str) -> ArtistError:
    names = [*_OWN, *config.getColorSpaceNames(), *(role for role, _ in config.getRoles())]
    known = {text.lower(): text for text in names if text}
    for space in config.getColorSpaces():
        known.update({alias.lower(): alias for alias in space.getAliases()})
    close = [known[text] for text in difflib.get_close_matches(name.lower(), known, n=4, cutoff=0.4)]
    return ArtistError(
        "input.unknown_colourspace",
        "The colour space is not known",
        f"{name} is not in {source or 'the built-in ACES configuration'}.",
        f"Use one of: {', '.join(close or list(_OWN)[1:])}.",
    )


def apply_processor(processor: Any, values: Colours) -> Colours:
    """Send (..., 3) or grey (..., 1) float32 through an OpenColorIO processor."""
    grey = values.shape[-1] == 1
    pixels = np.repeat(values, 3, axis=-1) if grey else np.array(values, dtype=np.float32)
    pixels = np.ascontiguousarray(pixels, dtype=np.float32)
    flat = pixels.reshape(-1, 3)
    if flat.size:
        processor.applyRGB(flat)
    return pixels[..., :1] if grey else pixels
