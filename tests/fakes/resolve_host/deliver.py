"""The Deliver page: settings that merge and cannot be asked for, presets, formats, codecs and jobs."""

from __future__ import annotations

import copy
import os
from typing import Any, Dict, List, Optional, Tuple

from .wire import Thing, gives, since

FORMATS = {"EXR": "exr", "DPX": "dpx", "TIFF": "tif", "QuickTime": "mov", "MP4": "mp4"}
_EXR = ("", "ZIP", "ZIP1", "PIZ", "RLE", "DWAA", "DWAB")
CODECS: Dict[str, Dict[str, str]] = {
    "exr": {
        f"RGB {kind.lower()} ({how or 'uncompressed'})": f"RGB{kind}{how}"
        for kind in ("Half", "Float")
        for how in _EXR
    },
    "dpx": {"RGB 10-bit": "RGB10", "RGB 12-bit": "RGB12", "RGB 16-bit": "RGB16"},
    "tif": {"RGB 8-bit": "RGB8", "RGB 16-bit": "RGB16"},
    "mov": {"Apple ProRes 422 HQ": "ProRes422HQ", "Apple ProRes 4444": "ProRes4444"},
    "mp4": {"H.264": "H264", "H.265": "H265"},
}
KEYS: Dict[str, Tuple[Tuple[int, ...], Any]] = {
    "SelectAllFrames": ((0,), (bool, int)),
    "MarkIn": ((0,), int),
    "MarkOut": ((0,), int),
    "TargetDir": ((0,), str),
    "CustomName": ((0,), str),
    "UniqueFilenameStyle": ((0,), int),
    "ExportVideo": ((0,), (bool, int)),
    "ExportAudio": ((0,), (bool, int)),
    "FormatWidth": ((0,), int),
    "FormatHeight": ((0,), int),
    "FrameRate": ((0,), (float, int)),
    "PixelAspectRatio": ((0,), str),
    "VideoQuality": ((0,), (int, str)),
    "AudioCodec": ((0,), str),
    "AudioBitDepth": ((0,), int),
    "AudioSampleRate": ((0,), int),
    "ColorSpaceTag": ((0,), str),
    "GammaTag": ((0,), str),
    "ExportAlpha": ((0,), (bool, int)),
    "EncodingProfile": ((0,), str),
    "MultiPassEncode": ((0,), (bool, int)),
    "AlphaMode": ((0,), int),
    "NetworkOptimization": ((0,), (bool, int)),
    "ClipStartFrame": ((19, 1), int),
    "TimelineStartTimecode": ((19, 1), str),
    "ReplaceExistingFilesInPlace": ((19, 1), (bool, int)),
    "ExportSubtitle": ((20, 2), (bool, int)),
    "SubtitleFormat": ((20, 2), str),
    "UseFullExtents": ((21, 0, 4), (bool, int)),
    "AddFrameHandles": ((21, 0, 4), int),
    "DataBurnIn": ((21, 0, 4), str),
}
BUILT_IN = {
    "H.264 Master": {"format": "mp4", "codec": "H264"},
    "ProRes 422 HQ": {"format": "mov", "codec": "ProRes422HQ"},
}
START = {"SelectAllFrames": True, "ExportVideo": True, "ExportAudio": True, "CustomName": "", "TargetDir": ""}


class Job:
    """One line of the render queue."""

    def __init__(self, ident: str, timeline: Any, state: Dict[str, Any]) -> None:
        self.ident, self.timeline, self.state = ident, timeline, state
        self.status, self.error, self.done = "Ready", "", 0
        self.written: List[str] = []
        self.frames: List[Any] = []


class Deliver(Thing):
    """The part of a project that renders (facts sections 5 and 12)."""

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._state: Dict[str, Any] = {
            "format": "mov",
            "codec": "ProRes422HQ",
            "mode": 1,
            "settings": {**START},
        }
        self._presets: Dict[str, Dict[str, Any]] = {
            name: {**copy.deepcopy(self._state), **more} for name, more in BUILT_IN.items()
        }
        self._jobs: List[Job] = []
        self._queue: List[Job] = []

    def _job(self, ident: object) -> Optional[Job]:
        return next((job for job in self._jobs if job.ident == ident), None)

    @gives("dict")
    def GetRenderFormats(self) -> Dict[str, str]:
        """Map descriptions to ids; only ids are understood elsewhere."""
        return dict(FORMATS)

    @gives("dict")
    def GetRenderCodecs(self, format_id: str) -> Dict[str, str]:
        return dict(CODECS.get(format_id, {}))

    @gives("bool")
    def SetCurrentRenderFormatAndCodec(self, format_id: str, codec_id: str) -> bool:
        """Refuse descriptions; a listed pair may be refused too (facts section 5)."""
        pair = (format_id, codec_id)
        if codec_id not in CODECS.get(format_id, {}).values() or pair in self._host.refused_codecs:
            return False
        self._state["format"], self._state["codec"] = pair
        return True

    @gives("dict")
    def GetCurrentRenderFormatAndCodec(self) -> Dict[str, str]:
        return {"format": self._state["format"], "codec": self._state["codec"]}

    @gives("int")
    def GetCurrentRenderMode(self) -> int:
        return int(self._state["mode"])

    @gives("bool")
    def SetCurrentRenderMode(self, mode: int) -> bool:
        if mode not in (0, 1):
            return False
        self._state["mode"] = int(mode)
        return True

    @gives("list")
    def GetRenderResolutions(self, format_id: str = "", codec_id: str = "") -> List[Dict[str, int]]:
        return [{"Width": 1920, "Height": 1080}, {"Width": 3840, "Height": 2160}]

    @gives("bool")
    def SetRenderSettings(self, settings: Dict[str, Any]) -> bool:
        """Merge over what was; a key that is not known is passed over without a word."""
        if not isinstance(settings, dict):
            return False
        for key, value in settings.items():
            came, kind = KEYS.get(key, ((99,), object))
            if self._host._version >= came:
                if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
                    return False
                self._state["settings"][key] = value
        return True

    @gives("list")
    def GetRenderPresetList(self) -> List[str]:
        return list(self._presets)

    @gives("bool")
    def SaveAsNewRenderPreset(self, name: str) -> bool:
        if not name or name in self._presets:
            return False
        self._presets[name] = copy.deepcopy(self._state)
        return True

    @gives("bool")
    def LoadRenderPreset(self, name: str) -> bool:
        if name not in self._presets:
            return False
        self._state = copy.deepcopy(self._presets[name])
        return True

    @since(19, 1)
    @gives("bool")
    def DeleteRenderPreset(self, name: str) -> bool:
        """Refuse the presets that Resolve comes with."""
        return name not in BUILT_IN and self._presets.pop(name, None) is not None

    @gives("str")
    def AddRenderJob(self) -> str:
        """Give an empty text where there is no timeline, no folder or nothing on the timeline."""
        timeline = getattr(self, "_current", None)
        settings = self._state["settings"]
        if timeline is None or not settings.get("TargetDir") or not timeline._length():
            return ""
        job = Job(f"job-{self._host._next_id()}", timeline, copy.deepcopy(self._state))
        if not settings.get("SelectAllFrames"):
            first, last = settings.get("MarkIn"), settings.get("MarkOut")
            if first is None or last is None or first > last:
                return ""
        self._jobs.append(job)
        return job.ident

    @gives("bool")
    def DeleteRenderJob(self, ident: str) -> bool:
        job = self._job(ident)
        if job is None or job.status == "Rendering":
            return False
        self._jobs.remove(job)
        return True

    @gives("bool")
    def DeleteAllRenderJobs(self) -> bool:
        self._jobs = []
        return True

    @gives("list")
    def GetRenderJobList(self) -> List[Dict[str, Any]]:
        return [
            {
                "JobId": job.ident,
                "RenderJobName": f"Job {place}",
                "TimelineName": job.timeline._name,
                "TargetDir": job.state["settings"].get("TargetDir", ""),
                "RenderMode": "Single clip" if job.state["mode"] else "Individual clips",
                "VideoFormat": job.state["format"],
                "VideoCodec": job.state["codec"],
                "MarkIn": job.state["settings"].get("MarkIn", 0),
                "MarkOut": job.state["settings"].get("MarkOut", 0),
                "OutputFilename": job.state["settings"].get("CustomName", ""),
            }
            for place, job in enumerate(self._jobs, 1)
        ]

    @gives("bool")
    def StartRendering(self, *wanted: Any) -> bool:
        """Take ids one by one, a list of them, or nothing at all: then the WHOLE queue is rendered."""
        if self._queue:
            return False
        if wanted and isinstance(wanted[0], list):
            idents = wanted[0]
        else:
            idents = [ident for ident in wanted if isinstance(ident, str)]
        jobs = [self._job(ident) for ident in idents] if idents else list(self._jobs)
        if not jobs or any(job is None for job in jobs):
            return False
        self._queue = [job for job in jobs if job is not None]
        self._host._begin(self._queue)
        return True

    def StopRendering(self) -> None:
        for job in self._queue:
            job.status = "Cancelled"
        self._queue = []

    @gives("bool")
    def IsRenderingInProgress(self) -> bool:
        self._host._render_on(self)
        return bool(self._queue)

    @gives("dict")
    def GetRenderJobStatus(self, ident: str) -> Dict[str, Any]:
        self._host._render_on(self)
        job = self._job(ident)
        if job is None:
            return {}
        done = 100 if job.status == "Complete" else int(100 * job.done / max(1, len(job.frames)))
        told: Dict[str, Any] = {"JobStatus": job.status, "CompletionPercentage": done}
        if job.status == "Complete":
            told["TimeTakenToRenderInMs"] = 40 * len(job.frames)
        if job.error:
            told["Error"] = job.error
        return told

    def _tell_folder(self, job: Job) -> bool:
        folder = job.state["settings"]["TargetDir"]
        if not self._host.is_writable(folder):
            return False
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError:
            return False
        return os.access(folder, os.W_OK)
