"""Columns of text, for what an edit lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def table_lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Set rows in columns as wide as their widest cell; signs that would move the cursor become dots."""
    rows = [["".join(sign if sign.isprintable() else "·" for sign in cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
