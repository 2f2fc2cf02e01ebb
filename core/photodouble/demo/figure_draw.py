"""Draw a dressed figure on a card: rounded cones seen from far away, under a soft sky and a warm sun.

Every sample of a pixel is a sharp picture of its own, taken at its own moment while the shutter is open;
alpha is the share of samples that hit the figure, so colour and alpha are exact for each other. Intersections
after Quilez, "rounded cone - intersection" (2018).
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Card = npt.NDArray[np.float32]

OFFSETS = tuple(((3 * n) % 9 / 9 + 1 / 18, (n + 0.5) / 9) for n in range(9))
"""Where in a pixel its samples lie: (x, y), no two in one column or row."""

_SUN = (-0.42, 0.74, 0.52)
_FAR = 3.0


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def draw(
    parts: npt.NDArray[np.float32],
    looks: npt.NDArray[np.float32],
    lumps: npt.NDArray[np.float32],
    places: npt.NDArray[np.float32],
    pixels_per_metre: float,
    foot: npt.NDArray[np.float32],
    card: Card,
) -> None:
    """Add a figure to a card (h, w, 5), which must be zero; `parts` and `lumps` have one row per sample."""
    height, width, _ = card.shape
    samples = parts.shape[0]
    depth = np.empty((height, width), np.float32)
    which = np.empty((height, width), np.int32)
    for sample in range(samples):
        depth[:] = -1e9
        which[:] = -1
        off_x, off_y = places[sample]
        for part in range(parts.shape[1]):
            row = parts[sample, part]
            most = max(row[6], row[7])
            x0 = int((min(row[0], row[3]) - most) * pixels_per_metre + foot[0]) - 1
            x1 = int((max(row[0], row[3]) + most) * pixels_per_metre + foot[0]) + 2
            y0 = int(foot[1] - (max(row[1], row[4]) + most) * pixels_per_metre) - 1
            y1 = int(foot[1] - (min(row[1], row[4]) - most) * pixels_per_metre) + 2
            for y in range(max(y0, 0), min(y1, height)):
                up = (foot[1] - y - off_y) / pixels_per_metre
                for x in range(max(x0, 0), min(x1, width)):
                    across = (x + off_x - foot[0]) / pixels_per_metre
                    hit, _a, _b, _c = _meet(row, across, up)
                    if hit > depth[y, x]:
                        if looks[part, 10] == 3 and _is_wisp(row, across, up, hit, _c):
                            continue
                        if looks[part, 14] > 0 and _is_past_hem(row, across, up, hit):
                            continue
                        depth[y, x] = hit
                        which[y, x] = part
        for y in range(height):
            up = (foot[1] - y - off_y) / pixels_per_metre
            for x in range(width):
                part = which[y, x]
                if part < 0:
                    continue
                across = (x + off_x - foot[0]) / pixels_per_metre
                red, green, blue, worn = _shade(parts[sample, part], looks[part], lumps[sample], across, up)
                card[y, x, 0] += red / samples
                card[y, x, 1] += green / samples
                card[y, x, 2] += blue / samples
                card[y, x, 3] += 1.0 / samples
                card[y, x, 4] += worn / samples


@numba.njit(cache=True, nogil=True)
def _meet(row, across, up):  # type: ignore[no-untyped-def]
    """Return how near a line of sight meets a part (-1e9: never), and the normal there."""
    ax, ay, az = row[8], row[9], row[10]
    k = 1.0 / row[11] - 1.0
    ox, oy, oz = across - row[0], up - row[1], _FAR - row[2]
    bx, by, bz = row[3] - row[0], row[4] - row[1], row[5] - row[2]
    s = k * (ox * ax + oy * ay + oz * az)
    ox, oy, oz = ox + s * ax, oy + s * ay, oz + s * az
    s = k * (bx * ax + by * ay + bz * az)
    bx, by, bz = bx + s * ax, by + s * ay, bz + s * az
    s = -k * az
    dx, dy, dz = s * ax, s * ay, s * az - 1.0
    long = np.sqrt(dx * dx + dy * dy + dz * dz)
    dx, dy, dz = dx / long, dy / long, dz / long
    ra, rb = row[6], row[7]
    rr = ra - rb
    m0 = bx * bx + by * by + bz * bz
    m1 = bx * ox + by * oy + bz * oz
    m2 = bx * dx + by * dy + bz * dz
    m3 = dx * ox + dy * oy + dz * oz
    m5 = ox * ox + oy * oy + oz * oz
    d2 = m0 - rr * rr
    t, nx, ny, nz = 1e9, 0.0, 0.0, 0.0
    found = False
    if d2 > 0:
        k2 = d2 - m2 * m2
        k1 = d2 * m3 - m1 * m2 + m2 * rr * ra
        k0 = d2 * m5 - m1 * m1 + m1 * rr * ra * 2.0 - m0 * ra * ra
        h = k1 * k1 - k0 * k2
        if h < 0 and k2 > 0:
            return -1e9, 0.0, 0.0, 0.0
        if k2 > 1e-12:
            t = (-np.sqrt(max(h, 0.0)) - k1) / k2
            y = m1 - ra * rr + t * m2
            if 0 < y < d2:
                found = True
                nx = d2 * (ox + t * dx) - bx * y
                ny = d2 * (oy + t * dy) - by * y
                nz = d2 * (oz + t * dz) - bz * y
    if not found:
        qx, qy, qz = ox - bx, oy - by, oz - bz
        m6 = qx * dx + qy * dy + qz * dz
        m7 = qx * qx + qy * qy + qz * qz
        h1 = m3 * m3 - m5 + ra * ra
        h2 = m6 * m6 - m7 + rb * rb
        t = 1e9
        if h1 > 0:
            t = -m3 - np.sqrt(h1)
            nx, ny, nz = ox + t * dx, oy + t * dy, oz + t * dz
        if h2 > 0:
            other = -m6 - np.sqrt(h2)
            if other < t:
                t = other
                nx, ny, nz = qx + t * dx, qy + t * dy, qz + t * dz
        if t > 1e8:
            return -1e9, 0.0, 0.0, 0.0
    s = k * (nx * ax + ny * ay + nz * az)
    nx, ny, nz = nx + s * ax, ny + s * ay, nz + s * az
    size = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    return _FAR - t / long, nx / size, ny / size, nz / size


@numba.njit(cache=True, nogil=True)
def _is_wisp(row, across, up, near, facing):  # type: ignore[no-untyped-def]
    """Whether hair is let through at its outline, so that heads do not end like balls."""
    if facing > 0.42:
        return False
    a, b, c = (across - row[0]) * 190, (up - row[1]) * 190, (near - row[2]) * 190
    noise = np.sin(a * 1.3 + 2 * np.sin(b * 0.7)) * np.sin(b * 1.1 + 1.7 * np.sin(c)) + 0.4 * np.sin(3.1 * a)
    return noise > 0.1 + 2.2 * facing


@numba.njit(cache=True, nogil=True)
def _is_past_hem(row, across, up, near):  # type: ignore[no-untyped-def]
    """Whether a point lies beyond the open end of a skirt or a coat, which hangs in shallow waves."""
    lx, ly, lz = row[3] - row[0], row[4] - row[1], row[5] - row[2]
    along = (across - row[0]) * lx + (up - row[1]) * ly + (near - row[2]) * lz
    wave = 1 + 0.03 * np.sin(38 * (across - row[0]) + 25 * (near - row[2]))
    return along > wave * (lx * lx + ly * ly + lz * lz)


@numba.njit(cache=True, nogil=True)
def _shade(row, look, lumps, across, up):  # type: ignore[no-untyped-def]
    """Return the light that a point of the figure sends to the camera, and whether it is wardrobe."""
    near, nx, ny, nz = _meet(row, across, up)
    px, py, pz = across - row[0], up - row[1], near - row[2]
    lx, ly, lz = row[3] - row[0], row[4] - row[1], row[5] - row[2]
    length = np.sqrt(lx * lx + ly * ly + lz * lz) + 1e-9
    lx, ly, lz = lx / length, ly / length, lz / length
    fx, fy, fz = row[12], row[13], row[14]
    s = fx * lx + fy * ly + fz * lz
    fx, fy, fz = fx - s * lx, fy - s * ly, fz - s * lz
    size = np.sqrt(fx * fx + fy * fy + fz * fz) + 1e-9
    fx, fy, fz = fx / size, fy / size, fz / size
    sx, sy, sz = ly * fz - lz * fy, lz * fx - lx * fz, lx * fy - ly * fx
    along = px * lx + py * ly + pz * lz
    ahead = px * fx + py * fy + pz * fz
    aside = px * sx + py * sy + pz * sz
    seed, folds, material = look[11], look[9], look[10]
    wave = np.sin(26 * along + 9 * aside + seed + 2.2 * np.sin(14 * aside + 11 * ahead + seed))
    crease = np.sin(47 * aside - 31 * ahead + 13 * along + 1.9 * wave + 2 * seed)
    fine = np.sin(95 * along + 60 * aside + 2.5 * crease + seed)
    bump = folds * (0.30 * wave + 0.24 * crease + 0.12 * fine)
    nx, ny, nz = nx + bump * sx + 0.5 * bump * lx, ny + bump * 0.9 * ly, nz + 0.35 * bump * sz
    size = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
    nx, ny, nz = nx / size, ny / size, nz / size
    red, green, blue, worn = _colour(look, along, ahead, aside, length, wave, crease)
    open_sky, sun = _shadow(lumps, across, up, near, nx, ny, nz)
    lit = nx * _SUN[0] + ny * _SUN[1] + nz * _SUN[2]
    soft = 0.22 if material in (1, 2) else 0.08
    lit = max(0.0, (lit + soft) / (1 + soft)) * sun
    sky = (0.55 + 0.45 * ny) * open_sky
    ground = max(0.0, 0.5 - 0.5 * ny) * (0.35 + 0.65 * open_sky)
    own = look[13] * (1 - 0.16 * folds * (0.5 - 0.5 * wave))
    warm = 1.0 if material not in (1, 2) else 1.12
    r = own * (1.28 * lit + 0.50 * sky + 0.17 * ground)
    g = own * (1.20 * lit + 0.56 * sky + 0.15 * ground)
    b = own * (1.06 * lit + 0.66 * sky + 0.12 * ground)
    half = np.sqrt(_SUN[0] ** 2 + _SUN[1] ** 2 + (_SUN[2] + 1) ** 2)
    spark = max(0.0, (nx * _SUN[0] + ny * _SUN[1] + nz * (_SUN[2] + 1)) / half)
    gloss = look[12] % 1.0
    if material == 3:
        gloss = 0.05 + 0.06 * (0.5 + 0.5 * np.sin(230 * aside + 40 * ahead + wave))
    shine = gloss * spark**18 * sun * 0.8
    return warm * red * r + shine, green * g + shine, blue * b + shine, worn


@numba.njit(cache=True, nogil=True)
def _colour(look, along, ahead, aside, length, wave, crease):  # type: ignore[no-untyped-def]
    """Return a part's own colour where it was met: prints, stripes and faces are painted on."""
    red, green, blue = look[0], look[1], look[2]
    pattern, scale, material = look[6], look[7], look[10]
    mix = 0.0
    if material == 2:
        return _face(look, along, ahead, aside)
    if material == 3:
        strand = 0.78 + 0.3 * np.sin(170 * aside + 60 * ahead + 2.0 * wave) + 0.15 * crease
        return red * strand, green * strand, blue * strand, 0.0
    if material == 1:
        flush = 1 + 0.05 * wave
        return red * flush, green, blue, 0.0
    if pattern == 1:
        mix = 1.0 if (along * scale) % 1.0 < 0.42 else 0.0
    elif pattern == 2:
        first = 1.0 if (along * scale) % 1.0 < 0.4 else 0.0
        mix = 0.5 * first + (0.4 if (aside * scale) % 1.0 < 0.4 else 0.0)
    elif pattern == 3:
        inside = ahead > 0 and abs(aside) < 0.085 and 0.02 < along < 0.17
        mix = 0.9 if inside and np.sin(70 * aside + 4 * np.sin(55 * along)) > -0.2 else 0.0
    elif pattern == 4:
        mix = 1.0 if ahead > 0 and abs(aside) < 0.032 + scale * max(along, 0.0) else 0.0
    elif pattern == 5:
        mix = 1.0 if (aside * scale * 1.4) % 1.0 < 0.35 else 0.0
    elif pattern == 6:
        mix = 1.0 if along > 0.62 * length else 0.0
    weave = 1 + 0.03 * np.sin(410 * along) * np.sin(390 * aside)
    red = weave * (red + mix * (look[3] - red))
    green = weave * (green + mix * (look[4] - green))
    blue = weave * (blue + mix * (look[5] - blue))
    inside = pattern == 4 and mix > 0
    return red, green, blue, 0.0 if inside else look[8]


@numba.njit(cache=True, nogil=True)
def _face(look, along, ahead, aside):  # type: ignore[no-untyped-def]
    """Paint a face on the head: eyes, brows, mouth, cheeks, beard, glasses, and hair that lies flat."""
    red, green, blue = look[0], look[1], look[2]
    wide = abs(aside)
    growth, beard = look[6], look[7]
    ragged = 0.006 * np.sin(310 * aside) + 0.004 * np.sin(190 * along + 90 * aside)
    line = 0.118 - 8.0 * aside * aside + ragged
    flat = (ahead > 0.01 and along > line) or (ahead <= 0.01 + ragged and along > 0.03 - 0.6 * ahead - 0.05)
    if growth >= 1 and flat and (growth >= 2 or along < 0.13):
        strand = 0.8 + 0.3 * np.sin(260 * aside + 120 * ahead)
        return look[3] * strand, look[4] * strand, look[5] * strand, 0.0
    if ahead > 0.02:
        socket = np.exp(-((wide - 0.030) ** 2) / 0.00022 - (along - 0.058) ** 2 / 0.00016)
        red, green, blue = red * (1 - 0.35 * socket), green * (1 - 0.42 * socket), blue * (1 - 0.42 * socket)
        cheek = np.exp(-((wide - 0.042) ** 2) / 0.0004 - (along - 0.02) ** 2 / 0.0005)
        red = red * (1 + 0.12 * cheek)
        if (wide - 0.030) ** 2 / 0.00012 + (along - 0.056) ** 2 / 0.00003 < 1:
            white = 0.30 if abs(wide - 0.030) > 0.0055 else 0.02
            red, green, blue = white, white * 0.96, white * 0.92
        if 0.014 < wide < 0.050 and abs(along - 0.076 + 0.10 * abs(wide - 0.03)) < 0.0045:
            red, green, blue = (
                0.3 * red + 0.4 * look[3],
                0.3 * green + 0.4 * look[4],
                0.3 * blue + 0.4 * look[5],
            )
        if wide < 0.024 and abs(along + 0.006) < 0.0055:
            red, green, blue = red * 0.62, green * 0.36, blue * 0.36
        if look[12] >= 1 and 0.010 < wide < 0.052 and 0.040 < along < 0.070:
            red, green, blue = 0.30 * red, 0.32 * green, 0.34 * blue
        if look[12] >= 1 and abs(along - 0.070) < 0.0035 and wide < 0.06:
            red, green, blue = 0.02, 0.02, 0.02
    moustache = wide < 0.034 and 0.0 < along < 0.014
    if beard > 0 and ahead > -0.02 and (along < 0.004 + 0.5 * max(wide - 0.03, 0.0) or moustache):
        lips = wide < 0.022 and abs(along + 0.006) < 0.005
        if not lips:
            share = 0.35 + 0.6 * beard
            red += share * (look[3] - red)
            green += share * (look[4] - green)
            blue += share * (look[5] - blue)
    return red, green, blue, 0.0


@numba.njit(cache=True, nogil=True)
def _shadow(lumps, x, y, z, nx, ny, nz):  # type: ignore[no-untyped-def]
    """Return how open the sky is above a point, and how much of the sun reaches it, 0 to 1 each."""
    closed, sun = 0.0, 1.0
    for index in range(lumps.shape[0]):
        vx, vy, vz = lumps[index, 0] - x, lumps[index, 1] - y, lumps[index, 2] - z
        radius = lumps[index, 3]
        far = vx * vx + vy * vy + vz * vz
        toward = vx * nx + vy * ny + vz * nz
        if toward > 0:
            closed += min(radius * radius / (far + 1e-6), 1.0) * toward / (np.sqrt(far) + 1e-6)
        ray = vx * _SUN[0] + vy * _SUN[1] + vz * _SUN[2]
        if ray > 0.4 * radius and far > 0.8 * radius * radius:
            miss = np.sqrt(max(far - ray * ray, 0.0)) / radius
            step = min(max((miss - 0.55) / 0.65, 0.0), 1.0)
            sun *= 0.12 + 0.88 * step * step * (3 - 2 * step)
    low = min(max(y / 0.35, 0.0), 1.0)
    return max(1.0 - 0.62 * min(closed, 1.3), 0.12) * (0.72 + 0.28 * low), sun
