"""What the site's builder is told beyond mkdocs.yml: nothing on a page may come from another machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

SEARCH = "search_here.js"
_SHIM = re.compile(r'<script src="https://[^"]*iframe-worker[^"]*"></script>')


def on_config(config: Any) -> Any:
    """Let a line of the navigation such as `decisions/*.md` stand for all pages that there are."""
    config["nav"] = _expanded(config["nav"], Path(config["docs_dir"]))
    return config


def _expanded(entries: list[Any], docs: Path) -> list[Any]:
    found: list[Any] = []
    for entry in entries:
        if isinstance(entry, str) and "*" in entry:
            found += [path.relative_to(docs).as_posix() for path in sorted(docs.glob(entry))]
        elif isinstance(entry, dict):
            found.append({k: _expanded(v, docs) if isinstance(v, list) else v for k, v in entry.items()})
        else:
            found.append(entry)
    return found


def on_page_markdown(_: str, page: Any, **__: Any) -> None:
    """Let a search find tasks before decisions, which say why and not how."""
    if page.file.src_uri.startswith("decisions/"):
        page.meta["search"] = {"boost": 0.2}


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Put our own few lines in the place of a script that the theme would fetch."""
    above = "../" * page.url.count("/")
    return _SHIM.sub(f'<script src="{above}assets/{SEARCH}"></script>', output)


def on_post_template(output_content: str, **_: Any) -> str:
    """Do the same on the page that stands for one that is missing; it can be anywhere, so it does without."""
    return _SHIM.sub("", output_content)


def on_post_build(config: Any) -> None:
    """Lay the lines beside the theme's own."""
    source = Path(__file__).with_name(SEARCH)
    (Path(config["site_dir"]) / "assets" / SEARCH).write_bytes(source.read_bytes())
