"""What stops an installation: one sentence of what is wrong, and one of what to do."""

from __future__ import annotations


class InstallError(Exception):
    """Say what is wrong and how to mend it; `detail` is for whoever looks after the machine."""

    def __init__(self, message: str, fix: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.detail = detail


def unwritable(path: str, problem: OSError) -> InstallError:
    """Make the error for a place that cannot be written."""
    if problem.errno == 28:
        return InstallError(
            f"The disk is full: {path} could not be written.",
            "Make room, or install elsewhere with --prefix, and run the same command again.",
            str(problem),
        )
    return InstallError(
        f"{path} cannot be written.",
        "Have its rights changed, or install elsewhere: --prefix DIR for yourself, --studio DIR for all.",
        str(problem),
    )
