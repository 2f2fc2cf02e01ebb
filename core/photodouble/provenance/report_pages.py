"""The delivery report as one HTML file, or as PDF pages."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from photodouble.takes.files import replacing
from photodouble_client.errors import ArtistError

from .report import Report, ReportShot

SUFFIXES = (".html", ".pdf")


def write_report(report: Report, path: Path) -> None:
    """Write the report; the file's suffix says as what.

    Raises ArtistError `usage.bad_value` for another suffix, or for PDF where its library is not installed,
    and `input.output_exists`: nothing is written over, it may be somebody's signed document.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ArtistError(
            "usage.bad_value",
            "The report's name does not say its kind",
            f"{path.name} ends neither in .html nor in .pdf.",
            "Let the name end in .html or .pdf.",
        )
    if path.exists():
        raise ArtistError(
            "input.output_exists",
            "There is a file of that name",
            f"{path} exists, and a report replaces nothing.",
            "Choose another name, or take the old report away first.",
        )
    if suffix == ".html":
        with replacing(path) as temporary:
            temporary.write_text(as_html(report), encoding="utf-8")
        return
    if importlib.util.find_spec("reportlab") is None:
        raise ArtistError(
            "usage.bad_value",
            "PDF reports are not installed",
            "The library that writes PDF is an extra, and it is not here.",
            "Install it (pip install 'photodouble[report]'), or write the report as .html.",
        )
    with replacing(path) as temporary:
        _write_pdf(report, temporary)


def as_html(report: Report) -> str:
    """Return the report as one HTML page that needs nothing else."""
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html").render(
        report=report, rows=list(map(_rows, report.shots)), rest=_rest(report)
    )


def _rows(shot: ReportShot) -> list[tuple[str, list[str]]]:
    """Return the facts of a shot as names and lines, the same in both kinds of report."""
    return [
        ("Use", [shot.use]),
        ("Made with", [f"{shot.operation}, frames {shot.frames}"]),
        ("Approved by", list(shot.approvals) or ["nobody yet"]),
        ("Consent", [shot.consent]),
        ("Models", list(shot.models) or ["none: no trained model was used"]),
        ("Generated", [shot.generated, *([f"of that {', '.join(shot.parts)}"] if shot.parts else [])]),
        ("Kind of source", [shot.source_type]),
        ("C2PA", list(shot.c2pa)),
        ("Files", [shot.intact]),
        ("Take", [shot.take_id]),
        ("Record", [shot.record]),
    ]


def _rest(report: Report) -> list[tuple[str, list[str]]]:
    """Return what stands after the shots, as headings and lines: takes left out, faults elsewhere."""
    gaps = [f"{one.label}: {one.why}" for one in report.left_out]
    parts = [("Left out", gaps), ("Also, in this store", list(report.also))]
    return [(title, lines) for title, lines in parts if lines]


def _write_pdf(report: Report, path: Path) -> None:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    fonts = _fonts()
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=f"{report.show}: delivery report",
        author="Photo Double",
    )

    def numbered(canvas: Any, page: Any) -> None:
        canvas.setFont(fonts[0], 8)
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, f"{report.show}, {report.day}, page {page.page}")

    document.build(list(_flow(report, fonts)), onFirstPage=numbered, onLaterPages=numbered)


def _flow(report: Report, fonts: tuple[str, str]) -> Iterator[Any]:
    """Give the blocks of the PDF in order; the table of a shot stays on one page where it can."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import KeepTogether, Paragraph, Spacer

    text = ParagraphStyle("text", fontName=fonts[0], fontSize=9, leading=12)
    heading = ParagraphStyle("heading", text, fontName=fonts[1], fontSize=12, leading=16, spaceBefore=10)
    title = ParagraphStyle("title", heading, fontSize=18, leading=24)
    yield Paragraph(escape(f"{report.show}: delivery report"), title)
    yield Paragraph(escape(summary(report)), text)
    for shot in report.shots:
        block = [Paragraph(f"{escape(shot.label)} – {escape(shot.state)}", heading), Spacer(1, 4)]
        if shot.needs:
            block += [_table([_need(*one) for one in shot.needs], text, head=True), Spacer(1, 4)]
        block.append(_table([(name, "\n".join(lines)) for name, lines in _rows(shot)], text))
        yield KeepTogether(block)
    for title_of_it, lines in _rest(report):
        yield Paragraph(title_of_it, heading)
        for line in lines:
            yield Paragraph(escape(line), text)


def summary(report: Report) -> str:
    """Say in one line how many shots there are and how many points are open."""
    count = len(report.shots)
    approved = sum(shot.is_approved for shot in report.shots)
    left = report.open_points
    points = "nothing is open" if not left else f"{left} point{'s' if left > 1 else ''} open"
    gaps = f", {len(report.left_out)} left out" if report.left_out else ""
    return f"{report.day}: {count} shot{'' if count == 1 else 's'}, {approved} approved{gaps}, {points}."


def _need(what: str, whose: str, is_met: bool) -> tuple[str, ...]:
    return what, whose, "there" if is_met else "MISSING"


def _table(rows: list[tuple[str, ...]], text: Any, *, head: bool = False) -> Any:
    from reportlab.lib import colors
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, Table

    if head:
        rows = [("What is in it", "What that needs", ""), *rows]
    cells = [[Paragraph(escape(cell).replace("\n", "<br/>"), text) for cell in row] for row in rows]
    widths = [45 * mm, 105 * mm, 24 * mm] if head else [32 * mm, 142 * mm]
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.Color(0.8, 0.8, 0.8)),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    if head:
        style.append(("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.93, 0.93, 0.93)))
    return Table(cells, colWidths=widths, style=style)


def _fonts() -> tuple[str, str]:
    """Return the fonts for text and headings: those that reportlab brings and that know accents."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))
    return "Vera", "VeraBd"
