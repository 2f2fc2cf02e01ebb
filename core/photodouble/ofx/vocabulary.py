"""The property names of OpenFX 1.5 that a picture effect can meet, with their kinds and who may write them.

Transcribed from the reference manual, "Property Sets Reference" and "Properties Reference". A count of 0 is
any count; `number` is whole or fractional with its control. Bool and enum are int and string here.
"""

from __future__ import annotations

from dataclasses import dataclass

ANY_COUNT = 0


@dataclass(frozen=True)
class Rule:
    """What kind of value a property holds, and how many."""

    kind: str
    count: int


def _rules(text: str) -> dict[str, Rule]:
    rules = {}
    for line in text.split("\n"):
        if line.strip():
            name, kind, count = line.split()
            rules[name] = Rule(kind, int(count))
    return rules


HOST = _rules("""
    OfxImageEffectHostPropIsBackground int 1
    OfxImageEffectHostPropNativeOrigin string 1
    OfxImageEffectInstancePropSequentialRender int 1
    OfxImageEffectPropCPURenderSupported string 1
    OfxImageEffectPropColourManagementAvailableConfigs string 0
    OfxImageEffectPropColourManagementStyle string 1
    OfxImageEffectPropMultipleClipDepths int 1
    OfxImageEffectPropOpenGLRenderSupported string 1
    OfxImageEffectPropRenderQualityDraft int 1
    OfxImageEffectPropSetableFielding int 1
    OfxImageEffectPropSetableFrameRate int 1
    OfxImageEffectPropSupportedComponents string 0
    OfxImageEffectPropSupportedContexts string 0
    OfxImageEffectPropSupportedPixelDepths string 0
    OfxImageEffectPropSupportsMultiResolution int 1
    OfxImageEffectPropSupportsMultipleClipPARs int 1
    OfxImageEffectPropSupportsOverlays int 1
    OfxImageEffectPropSupportsTiles int 1
    OfxImageEffectPropTemporalClipAccess int 1
    OfxParamHostPropMaxPages int 1
    OfxParamHostPropMaxParameters int 1
    OfxParamHostPropPageRowColumnCount int 2
    OfxParamHostPropSupportsBooleanAnimation int 1
    OfxParamHostPropSupportsChoiceAnimation int 1
    OfxParamHostPropSupportsCustomAnimation int 1
    OfxParamHostPropSupportsCustomInteract int 1
    OfxParamHostPropSupportsParametricAnimation int 1
    OfxParamHostPropSupportsStrChoice int 1
    OfxParamHostPropSupportsStrChoiceAnimation int 1
    OfxParamHostPropSupportsStringAnimation int 1
    OfxPropAPIVersion int 0
    OfxPropHostOSHandle pointer 1
    OfxPropLabel string 1
    OfxPropName string 1
    OfxPropType string 1
    OfxPropVersion int 0
    OfxPropVersionLabel string 1
""")

EFFECT = _rules("""
    OfxImageEffectInstancePropSequentialRender int 1
    OfxImageEffectPluginPropFieldRenderTwiceAlways int 1
    OfxImageEffectPluginPropGrouping string 1
    OfxImageEffectPluginPropHostFrameThreading int 1
    OfxImageEffectPluginPropObsolete int 1
    OfxImageEffectPluginPropOverlayInteractV1 pointer 1
    OfxImageEffectPluginPropOverlayInteractV2 pointer 1
    OfxImageEffectPluginPropSingleInstance int 1
    OfxImageEffectPluginRenderThreadSafety string 1
    OfxImageEffectPropCPURenderSupported string 1
    OfxImageEffectPropClipPreferencesSlaveParam string 0
    OfxImageEffectPropColourManagementAvailableConfigs string 0
    OfxImageEffectPropColourManagementStyle string 1
    OfxImageEffectPropMultipleClipDepths int 1
    OfxImageEffectPropNoSpatialAwareness string 1
    OfxImageEffectPropSupportedContexts string 0
    OfxImageEffectPropSupportedPixelDepths string 0
    OfxImageEffectPropSupportsMultiResolution int 1
    OfxImageEffectPropSupportsMultipleClipPARs int 1
    OfxImageEffectPropSupportsTiles int 1
    OfxImageEffectPropTemporalClipAccess int 1
    OfxPluginPropFilePath string 1
    OfxPropLabel string 1
    OfxPropLongLabel string 1
    OfxPropPluginDescription string 1
    OfxPropShortLabel string 1
    OfxPropType string 1
    OfxPropVersion int 0
    OfxPropVersionLabel string 1
""")

EFFECT_READ_ONLY = frozenset({"OfxPropType", "OfxPluginPropFilePath"})

# OfxImageEffectPropSrcFilePath and OfxImageEffectPropResolvePage are Resolve's own (its SDK of 21.0.4).
INSTANCE = _rules("""
    OfxImageEffectInstancePropEffectDuration double 1
    OfxImageEffectInstancePropSequentialRender int 1
    OfxImageEffectPropColourManagementConfig string 1
    OfxImageEffectPropColourManagementStyle string 1
    OfxImageEffectPropContext string 1
    OfxImageEffectPropDisplayColourspace string 1
    OfxImageEffectPropFrameRate double 1
    OfxImageEffectPropOCIOConfig string 1
    OfxImageEffectPropOCIODisplay string 1
    OfxImageEffectPropOCIOView string 1
    OfxImageEffectPropPixelAspectRatio double 1
    OfxImageEffectPropPluginHandle pointer 1
    OfxImageEffectPropProjectExtent double 2
    OfxImageEffectPropProjectOffset double 2
    OfxImageEffectPropProjectSize double 2
    OfxImageEffectPropResolvePage string 1
    OfxImageEffectPropSrcFilePath string 1
    OfxImageEffectPropSupportsTiles int 1
    OfxPropInstanceData pointer 1
    OfxPropIsInteractive int 1
    OfxPropType string 1
""")

INSTANCE_WRITABLE = frozenset({"OfxPropInstanceData", "OfxImageEffectInstancePropSequentialRender"})

CLIP = _rules("""
    OfxImageClipPropColourspace string 1
    OfxImageClipPropConnected int 1
    OfxImageClipPropContinuousSamples int 1
    OfxImageClipPropFieldExtraction string 1
    OfxImageClipPropFieldOrder string 1
    OfxImageClipPropIsMask int 1
    OfxImageClipPropOptional int 1
    OfxImageClipPropPreferredColourspaces string 0
    OfxImageClipPropUnmappedComponents string 1
    OfxImageClipPropUnmappedPixelDepth string 1
    OfxImageEffectPropComponents string 1
    OfxImageEffectPropFrameRange double 2
    OfxImageEffectPropFrameRate double 1
    OfxImageEffectPropPixelDepth string 1
    OfxImageEffectPropPreMultiplication string 1
    OfxImageEffectPropSupportedComponents string 0
    OfxImageEffectPropSupportsTiles int 1
    OfxImageEffectPropTemporalClipAccess int 1
    OfxImageEffectPropUnmappedFrameRange double 2
    OfxImageEffectPropUnmappedFrameRate double 1
    OfxImagePropPixelAspectRatio double 1
    OfxPropLabel string 1
    OfxPropLongLabel string 1
    OfxPropName string 1
    OfxPropShortLabel string 1
    OfxPropType string 1
    kOfxImageClipPropThumbnail int 1
""")

CLIP_DESCRIBED = frozenset({
    "OfxImageClipPropFieldExtraction",
    "OfxImageClipPropIsMask",
    "OfxImageClipPropOptional",
    "OfxImageEffectPropSupportedComponents",
    "OfxImageEffectPropSupportsTiles",
    "OfxImageEffectPropTemporalClipAccess",
    "OfxPropLabel",
    "OfxPropLongLabel",
    "OfxPropShortLabel",
})  # fmt: skip

IMAGE = _rules("""
    OfxImageEffectPropComponents string 1
    OfxImageEffectPropPixelDepth string 1
    OfxImageEffectPropPreMultiplication string 1
    OfxImageEffectPropRenderScale double 2
    OfxImagePropBounds int 4
    OfxImagePropData pointer 1
    OfxImagePropField string 1
    OfxImagePropPixelAspectRatio double 1
    OfxImagePropRegionOfDefinition int 4
    OfxImagePropRowBytes int 1
    OfxImagePropUniqueIdentifier string 1
    OfxPropType string 1
""")

PARAMETER = _rules("""
    OfxParamPropAnimates int 1
    OfxParamPropCacheInvalidation string 1
    OfxParamPropCanUndo int 1
    OfxParamPropChoiceOption string 0
    OfxParamPropChoiceOrder int 0
    OfxParamPropDataPtr pointer 1
    OfxParamPropDefault number 0
    OfxParamPropDigits int 1
    OfxParamPropDisplayMax number 0
    OfxParamPropDisplayMin number 0
    OfxParamPropDoubleType string 1
    OfxParamPropEnabled int 1
    OfxParamPropEvaluateOnChange int 1
    OfxParamPropGroupOpen int 1
    OfxParamPropHint string 1
    OfxParamPropIncrement double 1
    OfxParamPropIsAnimating int 1
    OfxParamPropIsAutoKeying int 1
    OfxParamPropMax number 0
    OfxParamPropMin number 0
    OfxParamPropPageChild string 0
    OfxParamPropParent string 1
    OfxParamPropPersistant int 1
    OfxParamPropPluginMayWrite int 1
    OfxParamPropScriptName string 1
    OfxParamPropSecret int 1
    OfxParamPropShowTimeMarker int 1
    OfxParamPropStringFilePathExists int 1
    OfxParamPropStringMode string 1
    OfxParamPropType string 1
    OfxPropIcon string 2
    OfxPropLabel string 1
    OfxPropLongLabel string 1
    OfxPropName string 1
    OfxPropShortLabel string 1
    OfxPropType string 1
""")

PARAMETER_SET = _rules("""
    OfxPluginPropParamPageOrder string 0
    OfxPropParamSetNeedsSyncing int 1
""")

# OfxImageEffectPropSrcFrame and OfxImageEffectPropEyeToRender are Resolve's own (its SDK of 21.0.4).
ARGUMENTS = _rules("""
    OfxImageClipPropContinuousSamples int 1
    OfxImageClipPropFieldOrder string 1
    OfxImageEffectFrameVarying int 1
    OfxImageEffectPropContext string 1
    OfxImageEffectPropEyeToRender int 1
    OfxImageEffectPropFieldToRender string 1
    OfxImageEffectPropFrameRange double 2
    OfxImageEffectPropFrameRate double 1
    OfxImageEffectPropFrameStep double 1
    OfxImageEffectPropInteractiveRenderStatus int 1
    OfxImageEffectPropPreMultiplication string 1
    OfxImageEffectPropRegionOfDefinition double 4
    OfxImageEffectPropRegionOfInterest double 4
    OfxImageEffectPropRenderQualityDraft int 1
    OfxImageEffectPropRenderScale double 2
    OfxImageEffectPropRenderWindow int 4
    OfxImageEffectPropSequentialRenderStatus int 1
    OfxImageEffectPropSrcFrame int 1
    OfxImageEffectPropThumbnailRender int 1
    OfxPropChangeReason string 1
    OfxPropIsInteractive int 1
    OfxPropName string 1
    OfxPropTime double 1
    OfxPropType string 1
""")

# What the clip preferences name after a clip: the prefix, then the clip ("Actions", GetClipPreferences).
CLIP_PREFERENCES = {
    "OfxImageClipPropComponents_": Rule("string", 1),
    "OfxImageClipPropDepth_": Rule("string", 1),
    "OfxImageClipPropPreferredColourspaces_": Rule("string", ANY_COUNT),
    "OfxImageClipPropPAR_": Rule("double", 1),
    "OfxImageClipPropRoI_": Rule("double", 4),
}

MANUAL = frozenset().union(HOST, EFFECT, INSTANCE, CLIP, IMAGE, PARAMETER, PARAMETER_SET, ARGUMENTS)
