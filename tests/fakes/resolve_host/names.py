"""Names that Resolve has and that are not made up here, with the version they came with.

Calling one raises `NotMadeUp`: what it does is nowhere written down well enough to imitate.
"""

from __future__ import annotations

from typing import Dict, Tuple

Names = Dict[str, Tuple[int, ...]]


def _names(old: str = "", nineteen: str = "", twenty: str = "", newest: str = "") -> Names:
    """Read names that were there in 18.6, came with 19, with 20 and with 21."""
    versions = (((0,), old), ((19,), nineteen), ((20,), twenty), ((21,), newest))
    return {name: version for version, text in versions for name in text.split()}


_SPEECH = "ClearTranscription TranscribeAudio"
_ANALYSIS = (
    "AnalyzeForIntellisearch AnalyzeForSlate ClearAudioClassification PerformAudioClassification"
    " RemoveMotionBlur"
)
RESOLVE = _names(
    "DeleteLayoutPreset ExportBurnInPreset ExportLayoutPreset ExportRenderPreset ImportBurnInPreset"
    " ImportLayoutPreset ImportRenderPreset LoadLayoutPreset SaveLayoutPreset UpdateLayoutPreset",
    "SetKeyframeMode",
    newest="DisableBackgroundTasksForCurrentResolveSession GetFairlightPresets",
)
MANAGER = _names(
    "ArchiveProject CreateCloudProject CreateFolder DeleteFolder ExportProject GetFoldersInCurrentFolder"
    " GetProjectsInCurrentFolder ImportCloudProject ImportProject OpenFolder RestoreCloudProject"
    " RestoreProject SetCurrentDatabase",
    "LoadCloudProject",
)
PROJECT = _names(
    "DeleteRenderJobByIndex GetPresetList GetPresets GetRenderJobs GetRenderPresets"
    " InsertAudioToCurrentTrackAtPlayhead LoadBurnInPreset SetPreset",
    "GetQuickExportRenderPresets RenderWithQuickExport",
    newest="ApplyFairlightPresetToCurrentTimeline GenerateSpeech ResetIntellisearchAnalysis",
)
STORAGE = _names("AddItemsToMediaPool AddTimelineMattesToMediaPool GetFiles GetMountedVolumes GetSubFolders")
POOL = _names(
    "CreateStereoClip DeleteClipMattes ExportMetadata GetTimelineMatteList ImportFolderFromFile MoveFolders",
    "AutoSyncAudio",
)
FOLDER = _names(f"Export GetClips GetSubFolders {_SPEECH}", newest=_ANALYSIS)
POOL_ITEM = _names(
    f"GetFlags LinkProxyMedia UnlinkProxyMedia {_SPEECH}",
    "GetAudioMapping",
    "LinkFullResolutionMedia MonitorGrowingFile ReplaceClipPreserveSubClip",
    _ANALYSIS,
)
TIMELINE = _names(
    "ApplyGradeFromDRX ConvertTimelineToStereo CreateSubtitlesFromAudio GetCurrentClipThumbnailImage"
    " GetItemsInTrack GrabAllStills ImportIntoTimeline InsertFusionGeneratorIntoTimeline"
    " InsertOFXGeneratorIntoTimeline",
    "AnalyzeDolbyVision",
    "GetVoiceIsolationState SetVoiceIsolationState",
)
TIMELINE_GONE: Names = {"ApplyGradeFromDRX": (19, 1)}
ITEM = _names(
    "GetFlags GetFusionCompNames GetStereoConvergenceValues"
    " GetStereoLeftFloatingWindowParams GetStereoRightFloatingWindowParams GetVersionNames LoadBurnInPreset",
    "ExportLUT GetIsColorOutputCacheEnabled GetIsFusionOutputCacheEnabled GetSourceAudioChannelMapping"
    " SetColorOutputCache SetFusionOutputCache",
    "GetVoiceIsolationState ResetAllNodeColors SetVoiceIsolationState",
)
GALLERY = _names(nineteen="CreateGalleryPowerGradeAlbum GetGalleryPowerGradeAlbums")
ALBUM = _names("ImportStills")
GRAPH = _names(nineteen="ApplyArriCdlLut")
STUDIO = {
    "AnalyzeDolbyVision",
    "ConvertTimelineToStereo",
    "CreateSubtitlesFromAudio",
    "GetVoiceIsolationState",
    "SetVoiceIsolationState",
    "TranscribeAudio",
    *_ANALYSIS.split(),
}
"""What the free edition refuses although its names are there."""
