"""Transfer curves and gamuts, from what their makers publish.

ARRI LogC3 (EI 800) and LogC4 specifications, Sony S-Log3 technical summary, Blackmagic DaVinci Wide Gamut and
Intermediate paper, Panasonic V-Log reference, RED white paper on Log3G10, ACES S-2014-003 and S-2016-001,
ITU-R BT.709, IEC 61966-2-1.
"""

from __future__ import annotations

from typing import Any, Dict, Tuple

import numpy as np

Chroma = Tuple[float, float, float, float, float, float, float, float]
D65, ACES_WHITE = (0.3127, 0.3290), (0.32168, 0.33767)
GAMUTS: Dict[str, Chroma] = {
    "AP0": (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.0770, *ACES_WHITE),
    "AP1": (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, *ACES_WHITE),
    "AWG3": (0.6840, 0.3130, 0.2210, 0.8480, 0.0861, -0.1020, *D65),
    "AWG4": (0.7347, 0.2653, 0.1424, 0.8576, 0.0991, -0.0308, *D65),
    "DaVinci WG": (0.8000, 0.3130, 0.1682, 0.9877, 0.0790, -0.1155, *D65),
    "P3-D65": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *D65),
    "RWG": (0.780308, 0.304253, 0.121595, 1.493994, 0.095612, -0.084589, *D65),
    "Rec.2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65),
    "Rec.709": (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *D65),
    "S-Gamut3": (0.730, 0.280, 0.140, 0.855, 0.100, -0.050, *D65),
    "S-Gamut3.Cine": (0.766, 0.275, 0.225, 0.800, 0.089, -0.087, *D65),
    "V-Gamut": (0.730, 0.280, 0.165, 0.840, 0.100, -0.030, *D65),
}
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
WITH_CAT02 = ("AWG3", "AWG4", "DaVinci WG", "S-Gamut3", "S-Gamut3.Cine")
CURVES = (
    "Linear",
    "ACEScc",
    "ACEScct",
    "LogC3",
    "LogC4",
    "Intermediate",
    "S-Log3",
    "V-Log",
    "Log3G10",
    "Rec.709",
    "sRGB",
    "Gamma 2.2",
    "Gamma 2.4",
    "Gamma 2.6",
)


def _xyz(gamut: str) -> Any:
    """Return RGB -> XYZ of a gamut with its own white."""
    c = GAMUTS[gamut]
    columns = np.array([[c[i] / c[i + 1], 1.0, (1 - c[i] - c[i + 1]) / c[i + 1]] for i in (0, 2, 4)]).T
    return columns * np.linalg.solve(columns, _white(gamut))


def _white(gamut: str) -> Any:
    x, y = GAMUTS[gamut][6:]
    return np.array([x / y, 1.0, (1 - x - y) / y])


def matrix(source: str, target: str) -> Any:
    """Return the matrix from one gamut to another, by way of AP0."""
    return np.linalg.solve(_to_ap0(target), _to_ap0(source))


def _to_ap0(gamut: str) -> Any:
    """Match the whites as the published ACES transforms do: some makers chose CAT02, others Bradford."""
    cat = CAT02 if gamut in WITH_CAT02 else BRADFORD
    cones = (cat @ _white("AP0")) / (cat @ _white(gamut))
    adapted = np.linalg.inv(cat) @ np.diag(cones) @ cat
    return np.linalg.inv(_xyz("AP0")) @ adapted @ _xyz(gamut)


def _gamma(v: Any, power: float) -> Any:
    return np.sign(v) * np.abs(v) ** power


def _log(v: Any, base: float = 10.0) -> Any:
    return np.log(np.maximum(v, 1e-10)) / np.log(base)


C3 = (0.010591, 5.555556, 0.052272, 0.247190, 0.385537, 5.367655, 0.092809)
A4, B4, C4 = (2.0**18 - 16) / 117.45, (1023.0 - 95) / 1023, 95.0 / 1023
S4 = (7 * np.log(2) * 2 ** (7 - 14 * C4 / B4)) / (A4 * B4)
T4 = (2 ** (14 * (-C4 / B4) + 6) - 64) / A4
DI = (0.0075, 7.0, 0.07329248, 10.44426855, 0.00262409)


def decoded(v: Any, curve: str) -> Any:
    """Return scene- or display-linear light."""
    if curve == "Linear":
        return v
    if curve.startswith("Gamma"):
        return _gamma(v, float(curve.split()[1]))
    if curve == "LogC3":
        cut, a, b, c, d, e, f = C3
        return np.where(v > e * cut + f, (10 ** ((v - d) / c) - b) / a, (v - f) / e)
    if curve == "LogC4":
        return np.where(v < 0, v * S4 + T4, (2 ** (14 * (v - C4) / B4 + 6) - 64) / A4)
    if curve == "Intermediate":
        a, b, c, m, cut = DI
        return np.where(v > cut * m, 2 ** (v / c - b) - a, v / m)
    if curve == "S-Log3":
        high = 10 ** ((v * 1023 - 420) / 261.5) * 0.19 - 0.01
        return np.where(v >= 171.2102946929 / 1023, high, (v * 1023 - 95) * 0.01125 / (171.2102946929 - 95))
    if curve == "V-Log":
        return np.where(v < 0.181, (v - 0.125) / 5.6, 10 ** ((v - 0.598206) / 0.241514) - 0.00873)
    if curve == "Log3G10":
        w = (10 ** (np.maximum(v, 0) / 0.224282) - 1) / 155.975327
        return np.where(v < 0, v / 15.1927, w) - 0.01
    if curve == "ACEScct":
        return np.where(
            v > 0.155251141552511, 2 ** (v * 17.52 - 9.72), (v - 0.0729055341958355) / 10.5402377416545
        )
    if curve == "ACEScc":
        low = (2 ** (v * 17.52 - 9.72) - 2.0**-16) * 2
        return np.where(v <= (9.72 - 15) / 17.52, low, 2 ** (v * 17.52 - 9.72))
    if curve == "sRGB":
        return np.where(v <= 0.04045, v / 12.92, ((np.maximum(v, 0) + 0.055) / 1.055) ** 2.4)
    return np.where(v < 0.081, v / 4.5, ((np.maximum(v, 0) + 0.099) / 1.099) ** (1 / 0.45))


def encoded(x: Any, curve: str) -> Any:
    """Return code values from 0 to 1."""
    if curve == "Linear":
        return x
    if curve.startswith("Gamma"):
        return _gamma(x, 1 / float(curve.split()[1]))
    if curve == "LogC3":
        cut, a, b, c, d, e, f = C3
        return np.where(x > cut, c * _log(a * x + b) + d, e * x + f)
    if curve == "LogC4":
        return np.where(x < T4, (x - T4) / S4, (_log(A4 * x + 64, 2) - 6) / 14 * B4 + C4)
    if curve == "Intermediate":
        a, b, c, m, cut = DI
        return np.where(x > cut, (_log(x + a, 2) + b) * c, x * m)
    if curve == "S-Log3":
        high = (420 + _log((x + 0.01) / 0.19) * 261.5) / 1023
        return np.where(x >= 0.01125, high, (x * (171.2102946929 - 95) / 0.01125 + 95) / 1023)
    if curve == "V-Log":
        return np.where(x < 0.01, 5.6 * x + 0.125, 0.241514 * _log(x + 0.00873) + 0.598206)
    if curve == "Log3G10":
        y = x + 0.01
        return np.where(y < 0, y * 15.1927, 0.224282 * _log(np.maximum(y, 0) * 155.975327 + 1))
    if curve == "ACEScct":
        return np.where(x > 0.0078125, (_log(x, 2) + 9.72) / 17.52, 10.5402377416545 * x + 0.0729055341958355)
    if curve == "ACEScc":
        low = (_log(2.0**-16 + np.maximum(x, 0) * 0.5, 2) + 9.72) / 17.52
        return np.where(x < 2.0**-15, low, (_log(x, 2) + 9.72) / 17.52)
    if curve == "sRGB":
        return np.where(x <= 0.0031308, x * 12.92, 1.055 * np.maximum(x, 0) ** (1 / 2.4) - 0.055)
    return np.where(x < 0.018, x * 4.5, 1.099 * np.maximum(x, 0) ** 0.45 - 0.099)
