"""The built site stands by itself: every link in it resolves, and nothing is fetched from another machine."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

_FETCHED = {"script": "src", "img": "src", "source": "src", "iframe": "src", "link": "href"}
_NEVER_FETCHED = frozenset(("canonical", "prev", "next", "edit"))


def faults(site: Path) -> list[str]:
    """List what a page of the site asks of another machine, and links that lead nowhere."""
    pages = {path.resolve(): _read(path) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve()).as_posix()
        found += [f"{name} fetches {address}" for address in page.fetched]
        found += [f"{name} draws by a program of another machine" for _ in range(page.drawn)]
        if name != "404.html":
            found += [f"{name}: {link} leads nowhere" for link in page.links if not _leads(path, link, pages)]
    return found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.names: set[str] = set()
        self.drawn = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag fetches, where it leads and what it is called."""
        given = {key: value or "" for key, value in attrs}
        if "id" in given:
            self.names.add(given["id"])
        self.drawn += "mermaid" in given.get("class", "").split()
        address = given.get(_FETCHED.get(tag, ""), "")
        if address.startswith(("http:", "https:", "//")):
            if given.get("rel") not in _NEVER_FETCHED:
                self.fetched.append(address)
        elif address and not address.startswith("data:"):
            self.links.append(address)
        if tag == "a" and "href" in given and "://" not in given["href"] and given["href"] not in ("", "."):
            self.links.append(given["href"])


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads(path: Path, link: str, pages: dict[Path, _Page]) -> bool:
    name, _, heading = unquote(link).partition("#")
    target = (path.parent / name.partition("?")[0]).resolve() if name else path
    if target.is_dir():
        target = target / "index.html"
    if not target.exists():
        return False
    return not heading or heading == "__tabbed_top" or target not in pages or heading in pages[target].names
