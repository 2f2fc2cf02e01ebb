"""What somebody with full access to every file may try: each edit changes a site in one place.

An edit is a function of the site and a random generator; it returns a sentence about what it did.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from _tamper_site import Site, rewrite
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from photodouble.image.exr import make_attribute
from photodouble.image.exr_header import parse_header, with_attributes
from photodouble.provenance import dsse
from photodouble.provenance.canonical import canonical
from photodouble.provenance.keys import PersonKey, PublicKey

Edit = Callable[[Site, random.Random], str]
LEDGER = "ledger.sqlite3"


def byte_in_a_frame(site: Site, chance: random.Random) -> str:
    """Flip one bit of one picture of a take or of the delivery."""
    path = chance.choice(_pictures(site))
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content))
    content[at] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(content))
    return f"byte {at} of {path.name}"


def header_field(site: Site, chance: random.Random) -> str:
    """Write another value into a header, or a new field."""
    path = chance.choice(_pictures(site))
    content = path.read_bytes()
    header = parse_header(content)
    name = chance.choice(["photodouble/take", "photodouble/status", "owner", "comments"])
    changed = make_attribute(name, f"{chance.randrange(10**9)}")
    kept = [[one for one in part.attributes if one.name != name] + [changed] for part in header.parts]
    path.write_bytes(with_attributes(content, kept))
    return f"{name} of {path.name}"


def swapped_frames(site: Site, chance: random.Random) -> str:
    """Let two frames of one sequence change places: in a take, in the delivery or in the host's copy."""
    folders = [path.parent for path in _pictures(site)] + [site.host] * 10
    paths = sorted(chance.choice(folders).glob("*.exr"))
    one, other = chance.sample(paths, 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return f"{one.name} and {other.name} of {one.parent.name}" if first != second else ""


def truncated_picture(site: Site, chance: random.Random) -> str:
    """Cut the end of a picture, or take the last frames of a sequence away."""
    path = chance.choice(_pictures(site))
    if chance.random() < 0.3:
        paths = sorted(path.parent.glob("*.exr"))
        for last in paths[-chance.randrange(1, len(paths)) :]:
            last.unlink()
        return f"the last frames of {path.parent.name}"
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))])
    return f"the end of {path.name}"


def pixel_in_a_hosts_copy(site: Site, chance: random.Random) -> str:
    """Change one pixel of a take's own file through a library that writes a whole new file."""
    path = chance.choice(_pictures(site))
    made = site.folder / "edited.exr"

    def change(pixels):  # type: ignore[no-untyped-def]
        changed = pixels.copy()
        at = (chance.randrange(changed.shape[0]), chance.randrange(changed.shape[1]))
        changed[at] = changed[at] + 1
        return changed

    rewrite(path, made, change)
    made.replace(path)
    return f"a pixel of {path.name}"


def ledger_row(site: Site, chance: random.Random) -> str:
    """Change, remove or invent a row, past the guards, as whoever owns the disk can."""
    with closing(_unguarded(site)) as base:
        seqs = [seq for (seq,) in base.execute("SELECT seq FROM rows")]
        seq = chance.choice(seqs[:-1])
        what = chance.choice(["ts", "payload", "kind", "by", "remove", "hash", "swap"])
        if what == "remove":
            base.execute("DELETE FROM rows WHERE seq = ?", [seq])
        elif what == "swap":
            base.execute(
                "UPDATE rows SET payload = (SELECT payload FROM rows WHERE seq = ?) WHERE seq = ?",
                [seq, seq + 1],
            )
        else:
            _change_column(base, what, seq, chance)
        _guard_again(base)
    return f"{what} of row {seq}"


def ledger_tail(site: Site, chance: random.Random) -> str:
    """Cut the ledger before a row that a manifest or a signed head names."""
    with closing(_unguarded(site)) as base:
        (count,) = base.execute("SELECT max(seq) FROM rows").fetchone()
        left = chance.randrange(0, count - 1)
        base.execute("DELETE FROM rows WHERE seq > ?", [left])
        _guard_again(base)
    return f"the ledger after row {left}"


def record_byte(site: Site, chance: random.Random) -> str:
    """Change one letter of a take's manifest or request, of a signed record, or of the delivery's lists."""
    names = ("*/*/*/manifest.json", "*/*/*/request.json")
    paths = [path for name in names for path in (site.show / "takes").glob(name)]
    paths += [*(site.show / "records").glob("*.jsonl"), *(site.show / "delivery").glob("*.json")]
    paths += (site.show / "delivery").glob("*.c2pa")
    path = chance.choice(paths)
    content = bytearray(path.read_bytes())
    at = chance.choice([place for place, byte in enumerate(content) if chr(byte).isalnum() and byte < 128])
    content[at] = ord("1") if content[at] != ord("1") else ord("2")
    path.write_bytes(bytes(content))
    return f"letter {at} of {path.name}"


def replayed_approval(site: Site, chance: random.Random) -> str:
    """Use an approval again: as it is, for another take, or in the name of another engine."""
    path, lines = _records(site)
    approval = next(line for line in lines if "decision.approved" in line)
    way = chance.choice(["again", "other take", "other engine"])
    if way == "again":
        path.write_text("\n".join([*lines, approval]) + "\n", encoding="utf-8")
    elif way == "other engine":
        (path.parent / f"{chance.randrange(16**16):016x}.jsonl").write_text(approval + "\n", encoding="utf-8")
    else:
        first, second = (take.take_id for take in site.store.all())
        stored = json.loads(approval)
        payload = base64.b64decode(stored["envelope"]["payload"]).replace(first.encode(), second.encode())
        stored["envelope"]["payload"] = base64.b64encode(payload).decode()
        path.write_text("\n".join([*lines, json.dumps(stored)]) + "\n", encoding="utf-8")
    return f"an approval, {way}"


def forged_name(site: Site, chance: random.Random) -> str:
    """Sign a decision as ada with another key, or give ada another key."""
    private = Ed25519PrivateKey.generate()
    public = PublicKey("ada", private.public_key().public_bytes_raw())
    if chance.random() < 0.4:
        toml = site.show / "photodouble.toml"
        toml.write_text(re.sub(r"ed25519:[^\"]+", public.text(), toml.read_text()), encoding="utf-8")
        return "another key of ada"
    path, lines = _records(site)
    facts = json.loads(base64.b64decode(json.loads(lines[-1])["envelope"]["payload"]))
    facts["seq"] += 1
    facts["order"] += 1
    facts["prev"] = hashlib.sha256(canonical(json.loads(lines[-1]))).hexdigest()
    envelope = dsse.sign(facts, "decision.approved", PersonKey("ada", public, private))
    forged = {"schema": 1, "kind": "decision.approved", "envelope": envelope}
    if chance.random() < 0.5:
        true_key = json.loads(lines[-1])["envelope"]["signatures"][0]["keyid"]
        forged["envelope"]["signatures"][0]["keyid"] = true_key
    path.write_text("\n".join([*lines, canonical(forged).decode()]) + "\n", encoding="utf-8")
    return "a decision signed by somebody else as ada"


def lost_decision(site: Site, _chance: random.Random) -> str:
    """Take the last decision away, as whoever does not like it would."""
    path, lines = _records(site)
    path.write_text("\n".join(lines[:-1]) + "\n" if lines[:-1] else "", encoding="utf-8")
    return "the last decision"


EDITS: tuple[Edit, ...] = (
    byte_in_a_frame,
    header_field,
    swapped_frames,
    truncated_picture,
    pixel_in_a_hosts_copy,
    ledger_row,
    ledger_tail,
    record_byte,
    replayed_approval,
    forged_name,
    lost_decision,
)


def _pictures(site: Site) -> list[Path]:
    takes = [path for path in (site.show / "takes").rglob("*.exr") if "analysis" not in path.parts]
    return sorted([*takes, *(site.show / "delivery").glob("*.exr")])


def _records(site: Site) -> tuple[Path, list[str]]:
    path = next((site.show / "records").glob("*.jsonl"))
    return path, path.read_text(encoding="utf-8").splitlines()


def _unguarded(site: Site) -> sqlite3.Connection:
    base = sqlite3.connect(site.state / LEDGER, isolation_level=None)
    base.execute(
        "CREATE TEMP TABLE guards AS SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'"
    )
    for (name,) in base.execute("SELECT name FROM guards").fetchall():
        base.execute(f"DROP TRIGGER main.{name}")
    return base


def _guard_again(base: sqlite3.Connection) -> None:
    for (line,) in base.execute("SELECT sql FROM guards").fetchall():
        base.execute(line)


def _change_column(base: sqlite3.Connection, column: str, seq: int, chance: random.Random) -> None:
    (text,) = base.execute(f"SELECT {column} FROM rows WHERE seq = ?", [seq]).fetchone()
    if column == "hash":
        changed = f"{chance.randrange(16**64):064x}"
    elif column == "payload":
        stored = json.loads(text)
        changed = canonical({**stored, "schema": stored["schema"], "note": str(chance.random())}).decode()
    elif column == "kind":
        changed = "run.failed" if text != "run.failed" else "run.started"
    else:
        changed = "2020-01-01T00:00:00Z" if column == "ts" else f"somebody{chance.randrange(1000)}"
    base.execute(f"UPDATE rows SET {column} = ? WHERE seq = ?", [changed, seq])
