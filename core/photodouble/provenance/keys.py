"""The keys that sign: one per person in that user's own file, one per engine in its state folder. Ed25519."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings, user_folder
from photodouble_client.errors import ArtistError

from .people import check_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KIND = "ed25519:"
ENGINE_FILE = "engine.pem"


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that everybody may know, and whose it is: a person's id, or an engine's."""

    owner: str
    raw: bytes

    @property
    def keyid(self) -> str:
        """Name the key: the SHA-256 of its bytes."""
        return hashlib.sha256(self.raw).hexdigest()

    def text(self) -> str:
        """Write the key as `photodouble.toml` holds it: `ed25519:BASE64`."""
        return KIND + base64.b64encode(self.raw).decode("ascii")

    @classmethod
    def from_text(cls, owner: str, text: str) -> PublicKey:
        """Read a key; raises ArtistError `usage.bad_value`."""
        try:
            raw = base64.b64decode(text.removeprefix(KIND), validate=True)
        except (ValueError, binascii.Error):
            raw = b""
        if not text.startswith(KIND) or len(raw) != 32:
            raise ArtistError(
                "usage.bad_value",
                "A public key cannot be read",
                f"The key of {owner} is not written as {KIND} and 44 signs.",
                "Copy the line that 'photodouble person list' prints on that person's machine.",
                detail=text[:80],
            )
        return cls(owner, raw)


@dataclass(frozen=True)
class PersonKey:
    """The key of a person, opened for signing."""

    person: str
    public: PublicKey
    private: Ed25519PrivateKey = field(repr=False, compare=False)

    @property
    def keyid(self) -> str:
        """Name the key."""
        return self.public.keyid

    def public_text(self) -> str:
        """Write the public half as `photodouble.toml` holds it."""
        return self.public.text()


@dataclass(frozen=True)
class EngineKey:
    """The key of the engine of one user on one machine. It says which ledger, and never who decided."""

    public: PublicKey
    private: Ed25519PrivateKey = field(repr=False, compare=False)

    @property
    def engine(self) -> str:
        """Name the engine and its ledger: the first 16 digits of the key's name."""
        return self.public.owner

    @property
    def keyid(self) -> str:
        """Name the key."""
        return self.public.keyid

    def public_text(self) -> str:
        """Write the public half as text."""
        return self.public.text()


def new_person_key(person: str, passphrase: str = "") -> PersonKey:
    """Make the key of a person in this user's own folder, readable by nobody else.

    Raises ArtistError `input.output_exists` when there is one already: a key is never replaced.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    path = person_file(person)
    try:
        _write_key(path, private, passphrase)
    except FileExistsError:
        raise ArtistError(
            "input.output_exists",
            "This person has a key already",
            f"{path} is there, and a key is never replaced: what it signed must stay readable.",
            "Use that key, or choose another id for the new one.",
        ) from None
    public = _public(person, private)
    path.with_suffix(".pub").write_text(public.text() + "\n", encoding="utf-8")
    return PersonKey(person, public, private)


def load_public(person: str) -> PublicKey | None:
    """Return the public half of a key that this user holds, which needs no passphrase; None without one."""
    try:
        text = person_file(person).with_suffix(".pub").read_text(encoding="utf-8")
        return PublicKey.from_text(person, text.strip())
    except (OSError, ValueError, ArtistError):
        return None


def load_person_key(person: str, passphrase: str = "") -> PersonKey:
    """Open the key of a person; only that person's own user account can.

    Raises ArtistError `policy.no_person` when there is none, when it is open to others, or when the
    passphrase is missing or wrong.
    """
    path = person_file(person)
    if not path.is_file():
        raise _no_key(person, f"There is no key of {person} for this user on this machine.")
    private = _read_key(path, person, passphrase)
    return PersonKey(person, _public(person, private), private)


def own_persons() -> tuple[str, ...]:
    """List the ids of the people whose keys this user holds."""
    folder = keys_folder()
    return tuple(sorted(path.stem for path in folder.glob("*.pem"))) if folder.is_dir() else ()


def has_person_key(person: str) -> bool:
    """Say whether this user holds the key of a person."""
    return person_file(person).is_file()


def needs_passphrase(person: str) -> bool:
    """Say whether the key of a person opens with a passphrase only."""
    try:
        return b"ENCRYPTED" in person_file(person).read_bytes()[:64]
    except OSError:
        return False


def keys_folder() -> Path:
    """Return the folder of this user's own keys, beside the user's settings."""
    return user_folder() / "keys"


def person_file(person: str) -> Path:
    """Return where the key of a person lies, if this user holds it."""
    return keys_folder() / f"{check_id(person)}.pem"


def engine_key(settings: Settings) -> EngineKey:
    """Open the key of this user's engine on this machine; it is made the first time.

    Raises ArtistError `engine.ledger` when it cannot be read.
    """
    from photodouble.engine.queue.folder import state_folder

    return engine_key_in(state_folder(settings))


def engine_key_in(folder: Path) -> EngineKey:
    """Open or make the key of the engine whose state lies in a folder."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = folder / ENGINE_FILE
    if not path.is_file():
        with contextlib.suppress(FileExistsError):
            _write_key(path, Ed25519PrivateKey.generate(), "")
    try:
        private = _read_key(path, "the engine", "")
    except (ArtistError, OSError) as problem:
        raise ArtistError(
            "engine.ledger",
            "The key of the engine cannot be read",
            f"{path} is damaged, or open to other users.",
            "Have its rights put right (0600), or bring it back from a copy. Nothing is signed without it.",
            detail=str(problem),
        ) from problem
    public = _public("", private)
    return EngineKey(PublicKey(public.keyid[:16], public.raw), private)


def _write_key(path: Path, private: Ed25519PrivateKey, passphrase: str) -> None:
    """Write a key under a name of its own first, so that nobody ever reads half of one."""
    from cryptography.hazmat.primitives import serialization

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    how: Any = serialization.NoEncryption()
    if passphrase:
        how = serialization.BestAvailableEncryption(passphrase.encode("utf-8"))
    text = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    temporary = path.with_name(f".{path.name}-{os.urandom(6).hex()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        _name_once(temporary, path, text)
    finally:
        temporary.unlink(missing_ok=True)


def _name_once(temporary: Path, path: Path, text: bytes) -> None:
    """Give a file its name unless there is one of that name; some disks know no links."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text)


def _read_key(path: Path, whose: str, passphrase: str) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    found = path.stat()
    if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & 0o077):
        raise _no_key(
            whose,
            f"{path} belongs to another user, or others may read it.",
            f"Have the file given to you alone: chmod 600 '{path}'.",
        )
    secret = passphrase.encode("utf-8") if passphrase else None
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), secret)
    except TypeError:
        if secret is not None:
            return _read_key(path, whose, "")
        raise _no_key(
            whose,
            f"The key of {whose} needs its passphrase.",
            "Decide in a terminal, which asks for it, or on the review page (takes review --live).",
        ) from None
    except ValueError as problem:
        raise _no_key(
            whose,
            f"The passphrase of {whose} is wrong, or {path} is damaged.",
            "Type it again, or bring the file back from a copy.",
        ) from problem
    if not isinstance(private, Ed25519PrivateKey):
        raise _no_key(whose, f"{path} is a key of another kind.")
    return private


def _public(owner: str, private: Ed25519PrivateKey) -> PublicKey:
    from cryptography.hazmat.primitives import serialization

    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return PublicKey(owner, raw)


def _no_key(whose: str, why: str, fix: str = "") -> ArtistError:
    return ArtistError(
        "policy.no_person",
        "The key of this person does not open",
        why,
        fix or "Make your own key with 'photodouble person add', or sign in the session of that person.",
        detail=whose,
    )
