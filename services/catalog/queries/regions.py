"""The list of regions: the same until the next release, so it is written once and can be kept by whoever reads it."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from vocabulary.regions import PROVINCES, REGENCIES, Province, Regency


def region_documents(parent: str | None) -> list[dict[str, Any]]:
    """Write every province and regency in the order of their codes, or the regencies of one province."""
    if parent is not None:
        return [_regency(found) for found in REGENCIES.values() if found.province == parent]
    return sorted(
        [*map(_province, PROVINCES.values()), *map(_regency, REGENCIES.values())],
        key=lambda document: str(document["code"]),
    )


@lru_cache(maxsize=1)
def regions_etag() -> str:
    """Return the ETag of everything said of regions."""
    text = json.dumps(region_documents(None)).encode()
    return f'"{hashlib.sha256(text).hexdigest()[:16]}"'


def _province(province: Province) -> dict[str, Any]:
    return {
        "code": province.code,
        "kind": "province",
        "name": province.name,
        "full_name": province.name,
        "parent": None,
        "zone": province.zone.iana,
    }


def _regency(regency: Regency) -> dict[str, Any]:
    return {
        "code": regency.code,
        "kind": regency.kind,
        "name": regency.name,
        "full_name": regency.full_name,
        "parent": regency.province,
        "zone": regency.zone.iana,
    }
