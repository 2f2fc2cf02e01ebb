"""The bill of materials of a release: every library of the lock, in CycloneDX 1.6."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .licences import Licensed
from .moment import date_of
from .versions import ReleaseError

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType

_SPACE = uuid.UUID("6f1d6a0e-5d0c-5c6c-8f53-0c1f7b3d9b51")
"""The name space of our serial numbers; each is made from what the bill says."""


def write_sbom(
    path: Path, version: str, found: Iterable[Licensed], seconds: int, made: Mapping[str, str] | None = None
) -> None:
    """Write the bill, and read it by the schema of CycloneDX; raises ReleaseError where it does not hold.

    `made` are the release's own files by name, with their sha256.
    """
    text = sbom(version, tuple(found), seconds, made or {})
    if fault := schema_fault(text):
        raise ReleaseError(f"The bill of materials is none: {fault}")
    path.write_text(text, encoding="utf-8")


def sbom(version: str, found: tuple[Licensed, ...], seconds: int, made: Mapping[str, str]) -> str:
    """Return the bill as JSON; the same libraries, files and moment give the same text."""
    from cyclonedx.output.json import JsonV1Dot6

    text: str = JsonV1Dot6(_bill(version, found, seconds, made)).output_as_string(indent=1)
    return text + "\n"


def schema_fault(text: str) -> str:
    """Say what the schema of CycloneDX 1.6 finds wrong; empty where nothing."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return str(fault)[:500] if fault is not None else ""


def _bill(version: str, found: tuple[Licensed, ...], seconds: int, made: Mapping[str, str]) -> Bom:
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import ComponentType

    ours = _component("photodouble", version, "Apache-2.0", ComponentType.APPLICATION)
    parts = [_library(one) for one in found]
    bill = Bom(
        metadata=BomMetaData(component=ours, timestamp=date_of(seconds)),
        components=[*parts, *(_file(name, sha256, version) for name, sha256 in sorted(made.items()))],
        serial_number=_serial(version, found, made),
    )
    bill.register_dependency(ours, parts)
    return bill


def _library(one: Licensed) -> Component:
    from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
    from cyclonedx.model.component import ComponentScope, ComponentType

    part = _component(one.library.name, one.library.version, one.licence, ComponentType.LIBRARY)
    part.scope = ComponentScope.REQUIRED if one.library.is_core else ComponentScope.OPTIONAL
    for extra in one.library.extras:
        part.properties.add(Property(name="photodouble:extra", value=extra))
    if one.home:
        home = ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(one.home))
        part.external_references.add(home)
    return part


def _component(name: str, version: str, licence: str, kind: ComponentType) -> Component:
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model.component import Component
    from packageurl import PackageURL

    address = PackageURL("pypi", None, name, version)
    licences = [LicenseFactory().make_from_string(licence)] if licence else []
    return Component(
        name=name,
        version=version,
        type=kind,
        purl=address,
        bom_ref=str(address),
        licenses=licences,
    )


def _file(name: str, sha256: str, version: str) -> Component:
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType

    return Component(
        name=name,
        version=version,
        type=ComponentType.FILE,
        bom_ref=f"file:{name}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
    )


def _serial(version: str, found: tuple[Licensed, ...], made: Mapping[str, str]) -> uuid.UUID:
    told = [version, *(f"{one.library.name}=={one.library.version}:{one.licence}" for one in found)]
    told += [f"{name}:{sha256}" for name, sha256 in sorted(made.items())]
    return uuid.uuid5(_SPACE, hashlib.sha256("\n".join(told).encode()).hexdigest())
