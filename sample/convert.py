"""Convert the gathered sources into the project's own files.

    python -m sample.convert SOURCE

SOURCE is a folder with `regions/`, `catalogue/`, `holders/` and `taxonomy/`. The result depends on nothing else: a
second run writes the same bytes.
"""

import sys
from pathlib import Path

from sample.conversion.candidates import convert_candidates
from sample.conversion.classes import convert_classes, read_batches
from sample.conversion.courses import Sources, convert_courses, read_known_prices, read_units
from sample.conversion.occupations import convert_occupations
from sample.conversion.prose import copied, source_fingerprints
from sample.conversion.providers import convert_providers, providers_file
from sample.conversion.regions import convert_regions
from sample.conversion.tables import Row, json_bytes, read_table
from sample.conversion.timetables import read_real_dates, training_days

ROOT = Path(__file__).resolve().parent.parent


def convert(source: Path) -> dict[str, bytes]:
    """Return the contents of all files by their path below the project's root.

    Raises `ValueError` if a rule does not fit the sources, or if prose of theirs would be copied.
    """
    providers = convert_providers(source)
    courses, classes = _catalogue(source, providers)
    prose = source_fingerprints(source)
    _refuse_copies(courses, prose)
    regions = convert_regions(source)
    return {
        **{f"vocabulary/data/{name}": content for name, content in regions.items()},
        "services/catalog/search/text/occupations.txt": convert_occupations(source),
        "sample/data/providers.csv": providers_file(providers),
        "sample/data/courses.json": json_bytes(courses),
        "sample/data/classes.json": json_bytes(classes),
        "sample/data/candidates.csv": convert_candidates(source),
        "sample/data/source_prose.txt": "".join(f"{line}\n" for line in prose).encode(),
    }


def _catalogue(
    source: Path, providers: list[dict[str, str]]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    rows = read_table(source, "catalogue/courses_id.csv")
    real, batches = read_real_dates(source), read_batches(source, rows)
    taught = {dates.course_id for dates in real} | {course_id for course_id, _ in batches}
    courses = convert_courses(
        Sources(
            courses=rows,
            units=read_units(source),
            providers={provider["source_id"]: provider for provider in providers},
            taught_at_the_centre=frozenset(taught),
            training_days=training_days(real),
            known_prices=read_known_prices(source),
        )
    )
    classes = convert_classes(
        courses,
        course_ids=[row["course_id"] for row in rows],
        real=real,
        batches=batches,
        places=_places(source, providers),
    )
    return courses, classes


def _places(source: Path, providers: list[dict[str, str]]) -> dict[str, Row]:
    """Return name, regency and zone of each institution whose regency is known."""
    zones = {row["code"]: row["tz_iana"] for row in read_table(source, "regions/provinces.csv")}
    names = {row["code"]: row["full_name"] for row in read_table(source, "regions/regencies.csv")}
    return {
        provider["key"]: {
            "name": provider["name"],
            "regency": provider["regency"],
            "regency_name": names[provider["regency"]],
            "zone": zones[provider["regency"][:2]],
        }
        for provider in providers
        if provider["regency"]
    }


def _refuse_copies(courses: list[dict[str, object]], prose: list[str]) -> None:
    texts = [str(course["summary"]) for course in courses]
    texts += [text for course in courses for text in _texts(course["outcomes"])]
    found = copied(texts, known=prose)
    if found:
        raise ValueError(f"copied from a source: {found[0]!r}")


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []


def main(arguments: list[str]) -> int:
    """Write the files, saying how many bytes each has."""
    if len(arguments) != 1:
        print("usage: python -m sample.convert SOURCE", file=sys.stderr)
        return 2
    for name, content in convert(Path(arguments[0])).items():
        (ROOT / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
