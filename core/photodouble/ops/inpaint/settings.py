"""Hold every choice the motion analysis makes, so that no constant hides inside an algorithm.

Lengths are working pixels, differences are in the working encoding (an 8-bit picture spans 0..1).
Constants were chosen on the clips bmx-trees-480, bear and schoolgirls only; see bench/inpaint.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Say how the hole is followed through the shot and who is believed inside it."""

    motion: str = "automatic"
    """`automatic`, or only one kind: `static`, `plane` (homography) or `flow` (dense)."""
    reach: int = 48
    """Frames on each side that may give pixels."""
    exposure_match: bool = True
    """Whether a source is brought to the target's level by an offset in the working encoding."""
    light: str = "automatic"
    """Whether a smooth gain and offset a frame follow the light: `follow`, `steady`, or where that pays."""
    match_blur: bool = True
    """Whether what is sharper than its frame around the matte is blurred as that frame is."""
    context: int = 48
    """Known surroundings kept around the matte for dense motion."""
    ring: int = 8
    """Width of the known ring on which every candidate is tested."""
    ring_spread: float = 14.0
    """How far a ring error is believed, as the sigma of a Gaussian."""
    ring_time: int = 3
    """Frames on each side over which ring errors are averaged."""
    error_floor: float = 4.0 / 255**2
    """Squared errors below this are noise and count as equal."""
    error_cap: float = (60.0 / 255) ** 2
    """Squared errors above this say no more than `wrong`."""
    flow_depth: float = 40.0
    """Depth inside the hole, in pixels, at which the dense candidate's squared error has doubled."""
    still_depth: float = 30.0
    """The same for the continued surroundings."""
    median_part: float = 0.5
    """Prior weight of the homography median; it resists a foreground that crosses some sources."""
    mean_part: float = 1.5
    """Prior weight of the homography mean."""
    belief: float = 2.0
    """Power of (best error / error) that weighs the candidates."""
    flow_part: float = 0.7
    """Prior weight of the dense candidate of the first pass, beside the one of the second."""
    second_pass: str = "automatic"
    """Whether dense motion is measured again on the first fill: `always`, `never`, or where the matte stands
    still."""
    flow_samples: int = 3
    """Sources on each side averaged by the dense candidate."""
    mean_samples: int = 12
    """Sources on each side averaged by the homography mean."""
    trust: float = 2.0
    """Power of a source's error beside the matte that lowers its part in the homography mean."""
    trust_spread: float = 10.0
    """How far a source's error beside the matte is believed, as the sigma of a Gaussian."""
    median_samples: int = 5
    """Nearest sources in the homography median."""
    edge_blur: float = 2.5
    """Blur of the known residual flow at the matte's edge before it is continued inwards."""
    seam_width: int = 3
    """Pixels around the matte on which the seam offset is measured."""
    seam_blur: float = 4.0
    """Blur of the seam offset along the edge."""
    smooth_passes: int = 2
    """Passes of averaging along the motion inside the matte."""
    smooth_gate: float = 20.0 / 255
    """Colour difference beyond which a neighbour is not averaged in."""
