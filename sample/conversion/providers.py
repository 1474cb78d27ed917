"""Training institutions: name, place, and their kind judged by their name."""

import re
from pathlib import Path
from typing import Final

from sample.conversion.tables import Row, csv_bytes, fold, read_table

# The first pattern found in the name decides.
_KINDS: Final = (
    (r"^(lsp)\b", "certification_body"),
    (r"^(smk|smkn|sma|sman)\b", "school"),
    (r"\b(universitas|politeknik)\b", "university"),
    (r"^(dinas|biro|cabang dinas)\b", "government_office"),
    (r"^bbpvp\b", "bbpvp"),
    (r"^bpvp\b", "bpvp"),
    (r"\b(blk|blki|blkk)\b", "blk"),
    (r"\b(llk|lkd|ppkd|bbpk|bppmpv|balai)\b", "training_centre"),
    (r"^(lpk|lpks)\b", "lpk"),
    (r"^pt\b", "company"),
)


def kind_of(name: str) -> str:
    """Judge an institution's kind by its name; the rest are `other`."""
    folded = fold(name)
    return next((kind for pattern, kind in _KINDS if re.search(pattern, folded)), "other")


def convert_providers(source: Path) -> list[dict[str, str]]:
    """Return the institutions in the source's order, an empty regency where it is unresolved."""
    rows = read_table(source, "catalogue/providers_id.csv")
    providers = [_provider(row) for row in rows]
    if len({provider["key"] for provider in providers}) != len(providers):
        raise ValueError("two institutions have the same name")
    return providers


def providers_file(providers: list[dict[str, str]]) -> bytes:
    """Write `providers.csv`."""
    columns = ("key", "name", "kind", "regency")
    return csv_bytes(({name: row[name] for name in columns} for row in providers), columns=columns)


def _provider(row: Row) -> dict[str, str]:
    return {
        "key": fold(row["name"]).replace(" ", "-"),
        "name": row["name"],
        "kind": kind_of(row["name"]),
        "regency": row["regency_code"],
        "source_id": row["provider_id"],
    }
