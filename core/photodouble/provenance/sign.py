"""The studio's certificates for labels on pictures: a local chain made here, or the studio's own.

The chain follows what the C2PA library demands of a leaf: digital signature only, e-mail protection,
subject and authority key identifiers, no certificate authority of its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import Settings, user_folder
from photodouble_client.errors import ArtistError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, KeyUsage, Name

CHAIN, KEY, ANCHOR = "chain.pem", "key.pem", "anchor.pem"
YEARS = 10


@dataclass(frozen=True)
class Studio:
    """The files that sign for a studio, as PEM text: leaf and issuer, the leaf's key, and the root."""

    chain: str
    key: str
    anchor: str


def make_studio(folder: Path, organisation: str, *, years: int = YEARS) -> Studio:
    """Make a chain of certificates for a studio and write it into a folder; nothing there is replaced.

    The keys of the root and of the issuer are forgotten at once, so that nobody can ever issue another leaf.
    Raises ArtistError `input.output_exists` when there is a chain already, `usage.bad_value` for no name.
    """
    if not organisation.strip():
        raise ArtistError(
            "usage.bad_value",
            "The studio has no name",
            "The certificates carry the studio's name, and none is given.",
            "Give the studio's name (--studio).",
        )
    there = [name for name in (CHAIN, KEY, ANCHOR) if (folder / name).exists()]
    if there:
        raise ArtistError(
            "input.output_exists",
            "The studio's certificates are already there",
            f"{folder / there[0]} exists, and labels made with it could not be trusted without it.",
            "Use them, or move them away first and keep the old anchor for old labels.",
        )
    studio = _chain(organisation.strip(), years)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_new(folder / KEY, studio.key, 0o600)
    _write_new(folder / CHAIN, studio.chain, 0o644)
    _write_new(folder / ANCHOR, studio.anchor, 0o644)
    return studio


def signing_folder() -> Path:
    """Return the folder of the user's own settings where a chain made here is kept."""
    return user_folder() / "signing"


def find_studio(settings: Settings) -> Studio | None:
    """Return the certificates in force: those the settings name, those made here, or None.

    Raises ArtistError `usage.bad_value` when a file that the settings name cannot be read.
    """
    folder = signing_folder()
    if settings.signing_chain or settings.signing_key:
        return Studio(
            _read(settings.signing_chain, "signing_chain"),
            _read(settings.signing_key, "signing_key"),
            anchors(settings),
        )
    if not all((folder / name).is_file() for name in (CHAIN, KEY)):
        return None
    return Studio((folder / CHAIN).read_text("utf-8"), (folder / KEY).read_text("utf-8"), anchors(settings))


def anchors(settings: Settings) -> str:
    """Return the root certificates that make a label trusted; empty when there is none."""
    if settings.signing_anchor:
        return _read(settings.signing_anchor, "signing_anchor")
    made = signing_folder() / ANCHOR
    return made.read_text("utf-8") if made.is_file() else ""


def no_studio() -> ArtistError:
    """Return the error for labels that are wanted where there are no certificates."""
    return ArtistError(
        "usage.bad_value",
        "There are no certificates to sign with",
        "Labels on pictures need the studio's certificates, and none are set up for this user.",
        "Make them ('photodouble sign init --studio NAME') or name the studio's own in the settings.",
    )


def _read(named: str, setting: str) -> str:
    try:
        return Path(named).expanduser().read_text("utf-8")
    except (OSError, ValueError) as error:
        raise ArtistError(
            "usage.bad_value",
            "The studio's certificates cannot be read",
            f"The setting {setting} names {named or 'no file'}, which cannot be read.",
            "Correct the setting; 'photodouble config show' says where it comes from.",
            detail=str(error),
        ) from error


def _write_new(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


def _chain(organisation: str, years: int) -> Studio:
    """Make root, issuer and leaf, ES256 each."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    root_key, issuer_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root_name, issuer_name, leaf_name = (
        _name(organisation, what) for what in ("root", "issuer", "picture labels")
    )
    root = _certificate(root_name, root_key, root_name, root_key, years, depth=1)
    issuer = _certificate(issuer_name, issuer_key, root_name, root_key, years, depth=0)
    leaf = _certificate(leaf_name, leaf_key, issuer_name, issuer_key, years, depth=None)
    key = leaf_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    leaf_text, issuer_text, root_text = (
        one.public_bytes(serialization.Encoding.PEM).decode() for one in (leaf, issuer, root)
    )
    return Studio(leaf_text + issuer_text, key.decode(), root_text)


def _name(organisation: str, what: str) -> Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation[:40]} {what}"),
        ]
    )


def _certificate(
    subject: Name,
    key: EllipticCurvePrivateKey,
    issuer: Name,
    issuer_key: EllipticCurvePrivateKey,
    years: int,
    *,
    depth: int | None,
) -> Certificate:
    """Make one certificate; `depth` is how many authorities may follow, None for a leaf."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    begins = datetime.now(UTC) - timedelta(days=1)
    is_authority = depth is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=depth), critical=True)
        .add_extension(_key_usage(is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if not is_authority:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _key_usage(is_authority: bool) -> KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
