"""Choose Photo Double in the menu of a made-up Resolve: the script runs in a process of its own, as it does.

    python resolve_menu.py STORY.json

The story names version, edition, frames and where the playhead is; a file `quit` beside it ends the made-up
Resolve while the script runs, `state.json` tells afterwards how its timeline looks. With `starts` of 2 a file
`again` starts that Resolve a second time with its project as it was, and the script is chosen in it.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SCRIPT = HERE.parents[1] / "resolve" / "Photo Double.py"
OURS = ("photodouble_client", "photodouble_resolve")
sys.path.insert(0, str(HERE))


def main(story_file: str) -> None:
    """Begin a Resolve with one clip under its playhead, and run the script in it."""
    story = json.loads(Path(story_file).read_text(encoding="utf-8"))
    host = started(story)
    folder = Path(story_file).parent
    namespace = host.namespace(story.get("entry", "menu"))
    if story.get("has_quit"):
        host.quit()
    watch(host, folder)
    runpy.run_path(str(SCRIPT), init_globals=namespace, run_name="__main__")
    for _ in range(1, story.get("starts", 1)):
        sys.stdout.flush()
        start_again(host, folder)
        runpy.run_path(
            str(SCRIPT), init_globals=host.namespace(story.get("entry", "menu")), run_name="__main__"
        )
    (folder / "state.json").write_text(json.dumps(seen(host)), encoding="utf-8")


def started(story: dict[str, Any]) -> Any:
    """Begin the Resolve of a story."""
    import resolve_host

    host = resolve_host.Host(**story.get("host", {}))
    if "plate" in story:
        first, last = story["frames"]
        clip = host.media(story["plate"], first, last, **story.get("properties", {}))
        host.timeline("Reel 1")
        begin = host.project().GetCurrentTimeline().GetStartFrame()
        host.place(clip, 0, last - first + 1, begin)
        host.playhead(begin + story.get("playhead", 0))
    return host


def watch(host: Any, folder: Path) -> None:
    """Let a file named `quit` end the made-up Resolve, the next time that it is asked what it is."""

    def look() -> None:
        if (folder / "quit").exists():
            host.quit()
        else:
            host.when("Resolve.GetProductName", look)

    host.when("Resolve.GetProductName", look)


def start_again(host: Any, folder: Path) -> None:
    """Wait until the artist starts Resolve again; what the script had loaded ended with the old one."""
    while not (folder / "again").exists():
        time.sleep(0.05)
    (folder / "quit").unlink()
    host.restart()
    for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
        del sys.modules[name]
    watch(host, folder)


def seen(host: Any) -> dict[str, Any]:
    """Tell what is on the timeline, and where the playhead stands."""
    if host.is_gone:
        return {"is_gone": True}
    timeline = host.project().GetCurrentTimeline() if host.project() is not None else None
    if timeline is None:
        return {"is_gone": False}
    tracks = []
    for track in range(1, timeline.GetTrackCount("video") + 1):
        items = timeline.GetItemListInTrack("video", track) or []
        tracks.append([[one.GetName(), one.GetStart(), one.GetEnd(), one.GetTakesCount()] for one in items])
    return {"is_gone": False, "timecode": timeline.GetCurrentTimecode(), "tracks": tracks}


if __name__ == "__main__":
    main(sys.argv[1])
