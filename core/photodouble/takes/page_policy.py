"""What a review page may do in a browser: show the pictures inside it and run its own script."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


def policy(*, is_live: bool) -> str:
    """Return the content security policy; a live page may also tell its own engine what was decided."""
    script = (TEMPLATES / "review.js").read_bytes()
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode("ascii")
    connect = "'self'" if is_live else "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'"
    )
