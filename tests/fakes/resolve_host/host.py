"""The made-up Resolve as a test holds it: what the artist does, what goes wrong, what it looks like."""

from __future__ import annotations

import os
import sys
import types
import uuid
from fractions import Fraction
from typing import Any, Callable, Dict, List, Optional, Tuple

from . import rendering
from .comps import Fusion
from .manager import UNTITLED, Resolve
from .project import Project
from .storage import MediaStorage
from .wire import Handle, unwrapped, wrapped

VERSIONS = ("18.6", "19.0", "19.1", "20.0", "20.2", "20.2.2", "21.0", "21.0.4", "21.1")
ENTRIES = {
    "menu": ("app", "bmd", "fusion", "fu"),
    "console": ("resolve", "app", "bmd", "fusion", "fu"),
    "plug-in": ("resolve", "project"),
    "external": (),
}
"""Which names a script finds around itself, by where it was started from (facts section 2)."""


class Host:
    """Start a Resolve with an empty project.

    `colour` is unmanaged, rcm or aces; `project=""` starts with the untitled project, `None` with none.
    """

    def __init__(
        self,
        version: str = "20.2",
        studio: bool = True,
        colour: str = "unmanaged",
        rate: str = "24",
        size: Tuple[int, int] = (64, 48),
        project: Optional[str] = "Show",
        is_headless: bool = False,
        takes: str = "kept",
    ) -> None:
        if version not in VERSIONS:
            raise ValueError(f"no such version is made up: {version}")
        self._version = tuple(int(part) for part in version.split("."))
        self.is_studio, self.is_headless = studio, is_headless
        self._colour, self._rate, self._default_size = colour, rate, size
        self.era = 0
        self.calls: List[str] = []
        self.modal, self.is_gone, self.is_half_started = "", False, False
        self.takes = "refused" if is_headless else takes
        self.frames_per_poll, self.flaky_deletes = 4, 1
        self.cancel_at: Optional[int] = None
        self.fail_at: Optional[Tuple[int, str]] = None
        self.refused_codecs: List[Tuple[str, str]] = []
        self.rendered: List[str] = []
        self.scripts_run: List[str] = []
        self.selected: List[Any] = []
        self.locked_folders: List[str] = []
        self.shows_gallery, self.lut_folder = False, ""
        self._known_luts: List[str] = []
        self._refused: Dict[str, int] = {}
        self._lies: Dict[str, Any] = {}
        self._watched: Dict[str, Callable[[], None]] = {}
        self._fusion, self._storage = Fusion(self), MediaStorage(self)
        self._resolve = Resolve(self)
        self._modules: List[str] = []
        if project is not None:
            self._resolve._manager._open(Project(self, project or UNTITLED))

    @property
    def _project(self) -> Any:
        return self._resolve._manager._current

    # What a script finds.
    @property
    def resolve(self) -> Any:
        """Give a handle as a script would get it."""
        return wrapped(self._resolve)

    def namespace(self, entry: str = "menu") -> Dict[str, Any]:
        """Give the names around a script that was started from the menu, the console or elsewhere."""
        every = {
            "resolve": self.resolve,
            "app": _App(self),
            "bmd": types.SimpleNamespace(scriptapp=self.scriptapp),
            "fusion": wrapped(self._fusion),
            "fu": wrapped(self._fusion),
            "project": self.project(),
        }
        return {name: every[name] for name in ENTRIES[entry]}

    def scriptapp(self, name: str, address: str = "") -> Any:
        """Give None where scripts from outside are not let in: in the free edition (facts section 1)."""
        return self.resolve if name == "Resolve" and self.is_studio and not self.is_gone else None

    def install(self) -> Host:
        """Put `DaVinciResolveScript` where an import finds it; `remove` takes it away."""
        module = types.ModuleType("DaVinciResolveScript")
        vars(module)["scriptapp"] = self.scriptapp
        sys.modules["DaVinciResolveScript"] = module
        self._modules = ["DaVinciResolveScript"]
        return self

    def remove(self) -> None:
        for name in self._modules:
            sys.modules.pop(name, None)

    @property
    def can_run_menu_scripts(self) -> bool:
        """Say whether Python in the menu runs at all (facts section 1)."""
        return self.is_studio or self._version < (21, 1)

    # What goes wrong.
    def refuse(self, place: str, times: int = 1) -> None:
        """Make a call such as `TimelineItem.CopyGrades` fail so many times; -1 for ever."""
        self._refused[place] = times

    def lie(self, place: str, answer: Any = True) -> None:
        """Make a call say `answer` and do nothing, until `honest` is called."""
        self._lies[place] = answer

    def honest(self) -> None:
        self._lies, self._refused = {}, {}

    def when(self, place: str, act: Callable[[], None]) -> None:
        """Do something once, just before a call is answered: what an artist or a crash does meanwhile."""
        self._watched[place] = act

    def quit(self) -> None:
        """End Resolve: every handle answers None from now on, and for ever."""
        self.is_gone = True
        self.era += 1
        if self._project is not None:
            self._project.StopRendering()

    def restart(self) -> None:
        """Start Resolve again with its project as it was (Live Save is on); what a script held stays dead."""
        self.is_gone, self.modal = False, ""

    def is_writable(self, path: str) -> bool:
        """Say whether Resolve may write here: not below what `locked_folders` names."""
        return not any(os.path.abspath(path).startswith(folder) for folder in self.locked_folders)

    def dismiss(self) -> None:
        """Close the window that stands in the way."""
        self.modal = ""

    def cancel_render_after(self, frames: int) -> None:
        self.cancel_at = frames

    def fail_render_after(self, frames: int, message: str = "The disk is full") -> None:
        self.fail_at = (frames, message)

    # What the parts of Resolve ask.
    def _next_id(self) -> str:
        return str(uuid.uuid4())

    def _size(self) -> Tuple[int, int]:
        return self._default_size

    def _pool(self) -> Any:
        return self._project._pool if self._project is not None else None

    def _before_call(self, place: str) -> bool:
        act = self._watched.pop(place, None)
        if act is not None:
            act()
        left = self._refused.get(place, 0)
        if left > 0:
            self._refused[place] = left - 1
        return bool(left) or self.is_gone

    def _lie(self, place: str) -> Any:
        return self._lies.get(place)

    def _begin(self, jobs: List[Any]) -> None:
        rendering.begin(jobs)

    def _render_on(self, project: Any) -> None:
        rendering.advance(self, project)

    def _luts_on_disk(self) -> List[str]:
        found = []
        for folder, _, files in os.walk(self.lut_folder) if self.lut_folder else ():
            found += [os.path.relpath(os.path.join(folder, name), self.lut_folder) for name in files]
        return found

    # What an artist does.
    def project(self) -> Any:
        """Give a handle of the open project, whatever stands in a script's way; None where there is none."""
        return wrapped(self._project)

    def media(self, path: str, first: int = 0, last: int = 0, **told: str) -> Any:
        """Import a sequence (`a.%04d.exr`, first, last) or a file; `told` sets properties: FPS="23.976"."""
        entry: Any = {"FilePath": path, "StartIndex": first, "EndIndex": last} if "%" in path else path
        found = self.project().GetMediaPool().ImportMedia([entry])
        if not found:
            raise ValueError(f"Resolve imports nothing from {path}")
        for name, value in told.items():
            unwrapped(found[0])._own[name.replace("_", " ")] = value
            unwrapped(found[0]).SetClipProperty(name.replace("_", " "), value)
        return found[0]

    def timeline(self, name: str = "Reel 1") -> Any:
        """Make a timeline, which is then the current one."""
        return self.project().GetMediaPool().CreateEmptyTimeline(name)

    def place(self, clip: Any, first: int, end: int, record: int, track: int = 1) -> Any:
        """Put frames first..end (exclusive) of a clip at a frame of the current timeline."""
        info = {
            "mediaPoolItem": clip,
            "startFrame": first,
            "endFrame": end,
            "recordFrame": record,
            "trackIndex": track,
            "mediaType": 1,
        }
        found = self.project().GetMediaPool().AppendToTimeline([info])
        if not found or unwrapped(found[0])._track is None:
            raise ValueError("that place is taken")
        return found[0]

    def retime(self, item: Any, speed: float, first: Optional[int] = None) -> None:
        """Change the speed of a clip on the timeline; a negative one plays from its last frame on."""
        inside = unwrapped(item)
        inside._speed = Fraction(speed).limit_denominator(1000)
        if first is not None:
            inside._left = Fraction(first)

    def hide_speed(self, item: Any) -> None:
        """Make a clip say 0 and 0 about its source, as clips from an XML do (facts section 8)."""
        unwrapped(item)._has_unknown_speed = True

    def playhead(self, frame: int) -> None:
        current = self._project._current
        current._playhead = frame

    def select(self, *items: Any) -> None:
        """Choose clips on the timeline; only 21.0.4 and later tell a script."""
        self.selected = [unwrapped(item) for item in items]

    def inside(self, handle: Any) -> Any:
        """Look behind a handle: for tests only."""
        return unwrapped(handle) if isinstance(handle, Handle) else handle

    # What it looks like.
    def rendered_pixels(self, item: Any, frame: int) -> Any:
        """Return what enters an item's first node at a timeline frame: (H, W, 3 or 4) float32."""
        return rendering.head(unwrapped(item), frame)

    def delivered_pixels(self, frame: int, timeline: Any = None) -> Any:
        """Return what the current timeline delivers at a frame, graded, in the space of the output."""
        shown = unwrapped(timeline) if timeline else self._project._current
        return rendering.delivered(shown, frame, {})

    def grade(self, item: Any) -> List[Dict[str, Any]]:
        """Tell the nodes of an item's grade."""
        return list(unwrapped(item)._grade.told())

    def deliver_state(self) -> Dict[str, Any]:
        """Tell what no script can ask for: format, codec, mode and settings of the Deliver page."""
        import copy

        return dict(copy.deepcopy(self._project._state))

    def state(self) -> Dict[str, Any]:
        """Tell everything that a well-behaved script leaves as it was."""
        from .states import state

        return state(self)


class _App:
    """The `app` that a menu script finds on every edition."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def GetResolve(self) -> Any:
        return self._host.resolve
