"""What four real hosts say and do, as data; each value names the document that it is from.

DUMPS is README-hosts.txt of NatronGitHub/openfx-misc: what hosts told a probing plug-in (Resolve Lite 12.5,
14 and 16, Nuke 10, Fusion 9, Natron 2.1). These versions are old; newer ones may have more, so nothing here
may be relied on to be missing for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from photodouble.ofx.properties import Value

DUMPS = "openfx-misc, README-hosts.txt"
SCALE_ISSUE = "openfx-misc issue 56"
RESOLVE_NOTES = "notes of a published Resolve node, measured in Resolve Studio 21.0.3"
NTSC = "ntsc-rs, crates/openfx-plugin: what Resolve did with actions that were not answered"
MANUAL = "OpenFX 1.5 reference manual"
NUKE_LIBRARY = "names found in the library of Nuke 17.0.3"

FILTER, GENERAL = "OfxImageEffectContextFilter", "OfxImageEffectContextGeneral"
CONTEXTS = {"filter": FILTER, "general": GENERAL}
RGBA, ALPHA = "OfxImageComponentRGBA", "OfxImageComponentAlpha"
FLOAT = "OfxBitDepthFloat"

_SUITES = (
    ("OfxImageEffectSuite", 1),
    ("OfxPropertySuite", 1),
    ("OfxParameterSuite", 1),
    ("OfxMemorySuite", 1),
    ("OfxMessageSuite", 1),
)


@dataclass(frozen=True)
class HostProfile:
    """One host: what it tells of itself, and where it differs from the manual."""

    name: str
    properties: Mapping[str, tuple[Value, ...]]
    suites: tuple[tuple[str, int], ...] = _SUITES
    contexts: tuple[str, ...] = (FILTER, GENERAL)
    message_entries_empty: bool = (
        False  # the message suite's second version is there, its new entries are NULL
    )
    claims_connected: bool = False  # every clip says that it is connected; one without a picture gives NULL
    gives_source_frame: bool = False  # render's arguments carry OfxImageEffectPropSrcFrame
    image_scale: str = "same"  # what a picture says of its scale: same, inverse or nothing
    is_answer_needed: bool = False  # an unanswered create or destroy breaks the node
    bounds_are_the_format: bool = False  # pictures are always of the format, at 0, 0
    instance_type: str = "OfxTypeImageEffectInstance"
    missing_on_instance: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


def _told(
    name: str, label: str, version: tuple[int, ...], api: tuple[int, ...], switches: Mapping[str, int]
) -> dict[str, tuple[Value, ...]]:
    told: dict[str, tuple[Value, ...]] = {
        "OfxPropType": ("OfxTypeImageEffectHost",),
        "OfxPropName": (name,),
        "OfxPropLabel": (label,),
        "OfxPropVersion": version,
        "OfxPropVersionLabel": (".".join(str(part) for part in version),),
        "OfxPropAPIVersion": api,
        "OfxImageEffectHostPropIsBackground": (0,),
        "OfxImageEffectPropSupportedComponents": (RGBA, ALPHA),
        "OfxImageEffectPropSupportedPixelDepths": (FLOAT, "OfxBitDepthShort", "OfxBitDepthByte"),
        "OfxImageEffectPropSupportedContexts": (FILTER, GENERAL),
        "OfxImageEffectPropSupportsOverlays": (1,),
        "OfxImageEffectPropTemporalClipAccess": (1,),
        "OfxImageEffectPropSetableFrameRate": (0,),
        "OfxImageEffectPropSetableFielding": (0,),
        "OfxParamHostPropMaxParameters": (-1,),
        "OfxParamHostPropMaxPages": (0,),
        "OfxParamHostPropPageRowColumnCount": (0, 0),
    }
    told.update({key: (value,) for key, value in switches.items()})
    return told


def _switches(multi: int, tiles: int, depths: int, ratios: int) -> dict[str, int]:
    return {
        "OfxImageEffectPropSupportsMultiResolution": multi,
        "OfxImageEffectPropSupportsTiles": tiles,
        "OfxImageEffectPropMultipleClipDepths": depths,
        "OfxImageEffectPropSupportsMultipleClipPARs": ratios,
        "OfxParamHostPropSupportsStringAnimation": 0,
        "OfxParamHostPropSupportsCustomInteract": 0,
        "OfxParamHostPropSupportsChoiceAnimation": 1,
        "OfxParamHostPropSupportsBooleanAnimation": 1,
        "OfxParamHostPropSupportsCustomAnimation": 0,
        "OfxParamHostPropSupportsParametricAnimation": 0,
    }


RESOLVE = HostProfile(
    "resolve",
    _told("DaVinciResolveLite", "DaVinci Resolve Lite", (16, 0, 0), (1, 4), _switches(0, 0, 0, 0)),
    suites=(*_SUITES, ("OfxMessageSuite", 2)),
    contexts=(FILTER, GENERAL),
    message_entries_empty=True,
    claims_connected=True,
    gives_source_frame=True,
    image_scale="nothing",
    is_answer_needed=True,
    bounds_are_the_format=True,
    instance_type="OfxTypeImageEffect",
    missing_on_instance=("OfxImageEffectPropPluginHandle",),
    sources={
        "properties": f"{DUMPS}, DaVinci Resolve Lite 16",
        "suites": f"{DUMPS}, DaVinci Resolve Lite 12.5 and 14",
        "contexts": f"{DUMPS}, DaVinci Resolve Lite 16",
        "message_entries_empty": f"{DUMPS}, Resolve 14: setPersistentMessage is NULL",
        "claims_connected": f"{DUMPS}: all defined clips will appear connected but give NULL images",
        "gives_source_frame": f"{RESOLVE_NOTES}; SDK of 21.0.4: OfxImageEffectPropSrcFrame, render",
        "image_scale": f"{SCALE_ISSUE}: pictures lack the render scale",
        "is_answer_needed": NTSC,
        "bounds_are_the_format": f"{RESOLVE_NOTES}: always of the timeline; {DUMPS}: no multi-resolution",
        "instance_type": f"{DUMPS}: type of the instance is OfxTypeImageEffect",
        "missing_on_instance": f"{DUMPS}: plug-in handle is missing on the instance",
    },
)

NUKE = HostProfile(
    "nuke",
    _told("uk.co.thefoundry.nuke", "nuke", (10, 0, 1), (1, 2), _switches(1, 1, 0, 0))
    | {"OfxImageEffectPropSupportedPixelDepths": (FLOAT,), "OfxParamHostPropSupportsCustomInteract": (1,)},
    suites=(*_SUITES, ("OfxMessageSuite", 2)),
    missing_on_instance=("OfxImageEffectPropPluginHandle",),
    sources={
        "properties": f"{DUMPS}, Nuke 10.0.1",
        "suites": f"{DUMPS}, Nuke 10.0.1",
        "contexts": f"{DUMPS}, Nuke 10.0.1",
        "message_entries_empty": f"{DUMPS}, Nuke 10.0.1: nothing of the kind is told",
        "claims_connected": f"{MANUAL}, kOfxImageClipPropConnected",
        "gives_source_frame": NUKE_LIBRARY,
        "image_scale": f"{MANUAL}, kOfxImageEffectPropRenderScale",
        "is_answer_needed": f"{MANUAL}, Status Codes: an unanswered action is no fault",
        "bounds_are_the_format": f"{DUMPS}: multi-resolution; overscan is outside the format",
        "instance_type": f"{MANUAL}, kOfxTypeImageEffectInstance",
        "missing_on_instance": f"{DUMPS}: plug-in handle is missing on the instance",
    },
)

FUSION = HostProfile(
    "fusion",
    {
        key: value
        for key, value in _told(
            "com.blackmagicdesign.Fusion", "Fusion", (9, 0, 2), (1, 0), _switches(1, 0, 1, 1)
        ).items()
        if key not in ("OfxPropAPIVersion", "OfxPropVersionLabel")
    }
    | {
        "OfxImageEffectPropSupportedComponents": (RGBA,),
        "OfxParamHostPropPageRowColumnCount": (-1, 1),
        "OfxParamHostPropSupportsStringAnimation": (1,),
    },
    image_scale="inverse",
    sources={
        "properties": f"{DUMPS}, Blackmagic Fusion 9.0.2: the versions of API and label are not set",
        "suites": f"{DUMPS}, Blackmagic Fusion 9.0.2",
        "contexts": f"{DUMPS}, Blackmagic Fusion 9.0.2",
        "message_entries_empty": f"{DUMPS}, Blackmagic Fusion 9.0.2: only the first message suite",
        "claims_connected": f"{DUMPS}: unconnected clips say OfxBitDepthNone",
        "gives_source_frame": f"{DUMPS}: not among what Fusion has",
        "image_scale": f"{DUMPS}: the render scale in the arguments is 1/3, but on images it is 3",
        "is_answer_needed": f"{MANUAL}, Status Codes: an unanswered action is no fault",
        "bounds_are_the_format": f"{DUMPS}: multi-resolution",
        "instance_type": f"{MANUAL}, kOfxTypeImageEffectInstance",
        "missing_on_instance": f"{DUMPS}: nothing missing on the instance",
    },
)

NATRON = HostProfile(
    "natron",
    _told("fr.inria.Natron", "Natron", (2, 1, 0), (1, 4), _switches(1, 1, 1, 1))
    | {
        "OfxImageEffectPropSupportedComponents": (RGBA, ALPHA, "OfxImageComponentRGB"),
        "OfxImageEffectPropSetableFrameRate": (1,),
        "OfxParamHostPropSupportsStringAnimation": (1,),
        "OfxParamHostPropSupportsCustomInteract": (1,),
        "OfxParamHostPropSupportsCustomAnimation": (1,),
    },
    suites=(*_SUITES, ("OfxMessageSuite", 2)),
    sources={
        "properties": f"{DUMPS}, Natron 2.1.0",
        "suites": f"{DUMPS}, Natron 2.1.0",
        "contexts": f"{DUMPS}, Natron 2.1.0",
        "message_entries_empty": f"{DUMPS}, Natron 2.1.0: nothing of the kind is told",
        "claims_connected": f"{MANUAL}, kOfxImageClipPropConnected",
        "gives_source_frame": f"{DUMPS}: not among what Natron has",
        "image_scale": f"{MANUAL}, kOfxImageEffectPropRenderScale",
        "is_answer_needed": f"{MANUAL}, Status Codes: an unanswered action is no fault",
        "bounds_are_the_format": f"{DUMPS}: multi-resolution",
        "instance_type": f"{MANUAL}, kOfxTypeImageEffectInstance",
        "missing_on_instance": f"{DUMPS}: nothing missing on the instance",
    },
)

PROFILES: Mapping[str, HostProfile] = {profile.name: profile for profile in (RESOLVE, NUKE, FUSION, NATRON)}
