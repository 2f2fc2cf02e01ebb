"""Learn the shot: a small network that corrects the fill, trained on this shot's own known pixels alone."""

_STAGES = (
    "motion", "motion_check", "light_step", "light", "lit", "candidates", "ring",
    "draft", "motion_second", "blend", "fill",
)  # fmt: skip
LESSONS = frozenset(f"lesson_{stage}" for stage in _STAGES)
"""Records of the pretended mattes, of no use once the shot is learned."""

__all__ = ["LESSONS"]
