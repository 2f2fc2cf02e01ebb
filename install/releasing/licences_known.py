"""What we know of licences: which go with Apache-2.0, how libraries spell them, and what was read by hand."""

from __future__ import annotations

from collections.abc import Mapping

COMPATIBLE = frozenset(
    (
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "CNRI-Python",
        "ISC",
        "LicenseRef-TOST-1.0",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Unlicense",
        "Zlib",
    )
)
"""Licences of libraries that may be used, unchanged, by a program under Apache-2.0. MPL-2.0 speaks of its own
files only; LicenseRef-TOST-1.0 is the Apache License 2.0 with another section about trademarks."""

EXTRAS_ONLY = frozenset(("LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"))

REFUSED = frozenset(
    (
        "AGPL-3.0-only",
        "AGPL-3.0-or-later",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "SSPL-1.0",
    )
)
"""Licences that are known, so that they are named where they are refused."""

BY_TEXT: Mapping[str, str] = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
}

BY_CLASSIFIER: Mapping[str, str] = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""`BSD License` is missing on purpose: it says not which of them."""

READ: Mapping[str, str] = {
    "jinja2": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "numba": "BSD-2-Clause",
    "opencolorio": "BSD-3-Clause",
    "opencv-contrib-python-headless": "Apache-2.0 AND MIT",
    "openexr": "BSD-3-Clause",
    "reportlab": "BSD-3-Clause",
    "scikit-image": "BSD-3-Clause AND BSD-2-Clause AND MIT",
    "scipy": "BSD-3-Clause",
    "sympy": "BSD-3-Clause",
}
"""Libraries that only say `BSD`, or nothing: read from the licence file that they bring."""

CARRIED: Mapping[str, str] = {
    "av (extra movie)": "FFmpeg (LGPL-3.0-or-later as it was built there), and beside it x264 and x265, "
    "which are GPL-2.0-or-later. Whoever passes this wheel on passes these on, too; to encode with them is a "
    "matter for whoever answers for licences in your house, patents included.",
    "numpy and scipy": "OpenBLAS (BSD-3-Clause) and GCC's run-time libraries (GPL-3.0-or-later WITH "
    "GCC-exception-3.1).",
    "opencv-contrib-python-headless": "FFmpeg (LGPL-2.1-or-later), linked so that it can be replaced; the "
    "program reads no movie by it.",
}
