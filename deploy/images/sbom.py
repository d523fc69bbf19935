"""What is in a service's image, as SPDX 2.3: every distribution with its version, its licence and the hashes that the lock allows.

From the lock and the installed metadata alone, so the same sources give the same bytes. `python -m deploy.images.sbom gateway` prints it.
"""

import hashlib
import json
import re
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from deploy.images.closure import needed

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9.-]")


def bill_of_materials(service: str, lock: Path) -> dict[str, Any]:
    """The document about the image of `service`. Raises KeyError for what is not locked."""
    ours, theirs = needed(f"interlock-{service}", lock)
    packages = [_package(name, []) for name in ours]
    packages += [_package(Requirement(entry.partition(" \\")[0]).name, _hashes(entry)) for entry in theirs]
    told = json.dumps(packages, sort_keys=True).encode()
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"interlock-{service}",
        "documentNamespace": f"https://interlock.example/spdx/{service}/{hashlib.sha256(told).hexdigest()}",
        "creationInfo": {"created": "1970-01-01T00:00:00Z", "creators": ["Tool: deploy.images.sbom"]},
        "packages": packages,
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": each["SPDXID"]}
            for each in packages
        ],
    }


def _package(name: str, hashes: list[str]) -> dict[str, Any]:
    about = metadata(name).json
    version, licence = about["version"], str(about.get("license_expression", ""))
    return {
        "SPDXID": f"SPDXRef-{_NOT_IN_AN_ID.sub('-', name)}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence or "NOASSERTION",
        "comment": "" if licence else _said(str(about.get("license", ""))),
        "attributionTexts": [f"sha256:{each}" for each in hashes],
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:pypi/{name}@{version}",
            }
        ],
    }


def _hashes(entry: str) -> list[str]:
    return sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))


def _said(licence: str) -> str:
    """The first line of what a package without an expression says of its licence."""
    return licence.strip().partition("\n")[0]


if __name__ == "__main__":
    print(json.dumps(bill_of_materials(sys.argv[1], Path("requirements.lock")), indent=1))
