"""De-age: the artist paints a few frames, or turns dials, and the shot follows. Every control of it."""

from __future__ import annotations

from ..opspec import OpSpec
from ..param import Param
from .deage_learn import LEARN
from .deage_model import MODEL
from .deage_ports import PORTS
from .inpaint import INPAINT

KEYED = {"mode": ("keys", "both", "model")}
DIALLED = {"mode": ("parametric", "both")}

_METHOD = (
    Param(
        "mode",
        "choice",
        "keys",
        "Mode",
        "Keys carries the painted frames through the shot. Parametric makes a first pass from the dials, "
        "without any paint. Both lays the first pass where no paint can be carried to. Model lets a studio's "
        "network paint the key frames that nobody painted, and carries them in the same way.",
        group="Method",
        choices=("keys", "parametric", "both", "model"),
    ),
    Param(
        "target_age",
        "float",
        0.0,
        "Target age",
        "The age that is to be shown. The performer's consent is asked for it, so it must be said. Only a "
        "model is told it; otherwise it changes no pixel.",
        group="Method",
        animates=True,
        minimum=0.0,
        maximum=120.0,
        unit="years",
    ),
    Param(
        "strength",
        "float",
        1.0,
        "Strength",
        "How much of the change is applied: 0 is the plate, 1 all of it, also on painted frames.",
        group="Method",
        animates=True,
        minimum=0.0,
        maximum=2.0,
        soft_maximum=1.0,
    ),
)

_KEYS = (
    Param(
        "key_frames",
        "frames",
        "",
        "Key frames",
        "Which of the painted frames count, such as 1006,1040. Empty: all that are there. In the mode model, "
        "which frames are keys: those that are not painted are painted by the model.",
        group="Keys",
        shown_when=KEYED,
    ),
    Param(
        "follow_expression",
        "float",
        1.0,
        "Follow expression",
        "Wrinkles deepen and fade with an expression, and the paint with them. 0 leaves the paint as deep "
        "as it was painted.",
        group="Keys",
        minimum=0.0,
        maximum=1.0,
        shown_when=KEYED,
    ),
    Param(
        "gain_cap",
        "float",
        2.2,
        "Wrinkle gain cap",
        "How many times as strong as painted the paint may get where wrinkles deepen.",
        group="Keys",
        minimum=1.0,
        maximum=4.0,
        shown_when=KEYED,
    ),
    Param(
        "match_blur",
        "bool",
        True,
        "Match blur",
        "Blur carried paint as its frame is blurred by a fast head, where the painted frame is sharper. "
        "Nothing is ever sharpened, and painted frames stay as they were painted.",
        group="Keys",
        shown_when=KEYED,
    ),
    Param(
        "shutter",
        "float",
        0.0,
        "Shutter",
        "How long the shutter was open, for matching the blur. 0: it is measured in the plate, which needs "
        "a fast frame near a slower one.",
        group="Keys",
        minimum=0.0,
        maximum=360.0,
        unit="degrees",
        shown_when=KEYED,
    ),
    Param(
        "smoothing",
        "int",
        2,
        "Smoothing",
        "Over how many frames on either side the carrying of paint, and the first pass, are steadied, along "
        "the motion of the skin. 0 for none. Painted frames stay as they were painted.",
        group="Method",
        minimum=0,
        maximum=2,
    ),
)

_BANDS = tuple(
    Param(
        key,
        "float",
        default,
        label,
        help_text,
        group="Bands",
        animates=True,
        minimum=0.0,
        maximum=1.0,
        shown_when=DIALLED,
    )
    for key, default, label, help_text in (
        ("wrinkles", 0.6, "Wrinkles", "How much of every line is filled from the skin beside it."),
        ("banks", 0.3, "Banks", "How much the raised skin beside lines is lowered."),
        ("structure", 0.25, "Structure", "How much hollows and bags are lifted."),
        ("spots", 0.4, "Spots", "How much of the dark spots goes."),
        ("even_tone", 0.25, "Even tone", "How much blotches of colour are evened; brightness stays."),
        (
            "calm",
            1.0,
            "Keep relief",
            "How much of calm skin's own relief must remain everywhere: 1 never makes plastic, 0 lets it.",
        ),
        (
            "fine",
            0.0,
            "Fine cores",
            "How much of the sharp core of a crease is filled, too, and with it some pores that lie in it.",
        ),
    )
)

_REGIONS = tuple(
    Param(
        f"region_{key}",
        "float",
        1.0,
        label,
        f"A factor on all bands for {what}: 0 leaves the region alone, 2 doubles.",
        group="Regions",
        animates=True,
        minimum=0.0,
        maximum=2.0,
        shown_when=DIALLED,
    )
    for key, label, what in (
        ("forehead", "Forehead", "the forehead and between the brows"),
        ("crows_feet", "Crow's feet", "the corners of the eyes"),
        ("under_eye", "Under the eyes", "the bags and lines under the eyes"),
        ("nasolabial", "Nasolabial folds", "the folds from the nose to the mouth"),
        ("marionette", "Marionette lines", "the lines below the corners of the mouth"),
        ("cheeks", "Cheeks", "the cheeks"),
        ("neck", "Neck", "the neck"),
    )
)

_SHAPE = tuple(
    Param(
        f"shape_{key}",
        "float",
        0.0,
        label,
        f"{help_text} 0 leaves the shape, -1 does the opposite. In every mode; it needs a face that was "
        "found.",
        group="Shape",
        animates=True,
        minimum=-1.0,
        maximum=1.0,
    )
    for key, label, help_text in (
        ("jaw", "Jaw", "Slims the jaw line and lifts what hangs from it."),
        ("cheeks", "Lift cheeks", "Lifts the cheeks."),
        ("neck", "Tighten neck", "Tightens the neck up to the chin."),
        ("eyelids", "Open eyes", "Opens the eyes."),
        ("lips", "Lips", "Makes the lips fuller."),
    )
)

_TRACK = (
    Param(
        "tracker",
        "choice",
        "automatic",
        "Tracker",
        "Automatic takes the track file where there is one and finds the face by itself otherwise; "
        "landmarks finds it in any case; points follows the artist's points of the track file; import "
        "takes the tracks of another program as 'photodouble deage track' read them.",
        group="Track",
        choices=("automatic", "landmarks", "points", "import"),
    ),
    Param(
        "face",
        "text",
        "",
        "Face",
        "Which face, by its id, where several are in the shot: 'photodouble deage track' shows them.",
        group="Track",
    ),
    Param(
        "find_occluders",
        "bool",
        False,
        "Find occluders",
        "Look for what passes over the face, such as a hand or a strand of hair, and leave it as it is, "
        "beside what the occluder matte says. The matte 'covered' shows what was found. It takes longer, and "
        "may take a deep fold of an expression that is rare in the shot for one.",
        group="Track",
    ),
)

_PLATE = tuple(INPAINT.param(key) for key in ("fill_channels", "premultiplied", "colourspace"))

DEAGE = OpSpec(
    key="deage",
    label="De-age",
    version=1,
    summary="Make a performer younger: paint a few frames, and the paint follows skin and expression "
    "through the shot; or turn dials for a first pass. Runs only with the performer's consent.",
    ports=PORTS,
    params=_METHOD + _KEYS + MODEL + LEARN + _BANDS + _REGIONS + _SHAPE + _TRACK + _PLATE,
    presets={
        "Painted": {},
        "First pass": {"mode": "parametric"},
        "Light touch": {
            "mode": "parametric",
            "wrinkles": 0.35,
            "banks": 0.15,
            "structure": 0.1,
            "spots": 0.25,
            "even_tone": 0.1,
        },
    },
    consent="required",
)
