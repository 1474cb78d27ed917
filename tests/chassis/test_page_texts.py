"""The texts of pages, and which language a reader gets."""

from __future__ import annotations

import pytest

from chassis.pages.texts import language_among, language_for
from tests.page_texts import CHASSIS, differing_names, texts_of, translated


def test_every_text_is_translated_and_no_other() -> None:
    texts = translated(CHASSIS, "id")

    assert texts.keys() == texts_of(CHASSIS)
    assert all(texts.values())
    assert list(differing_names(texts)) == []


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, None, "id"),
        (None, "", "id"),
        (None, "en", "en"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "id-ID,id;q=0.9,en;q=0.8", "id"),
        (None, "de-DE,en;q=0.5", "en"),
        (None, "ja", "id"),
        (None, "*", "id"),
        (None, "en;q=0", "id"),
        (None, ";;q=,,en;q=x", "id"),
        ("en", "id", "en"),
        ("id", "en", "id"),
        ("jv", "en", "en"),
        ("../../etc", None, "id"),
    ],
)
def test_a_reader_gets_the_language_that_was_chosen_or_the_best_that_is_accepted(
    chosen: str | None, accepted: str | None, language: str
) -> None:
    assert language_for(chosen=chosen, accepted=accepted) == language


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ("en", "en"),
        ("id en", "id"),
        ("jv en-GB id", "en"),
        ("ID-id", "id"),
        ("jv", None),
        ("", None),
        ("english", None),
        ("../en", None),
    ],
)
def test_of_several_languages_the_first_that_is_offered_is_taken(
    tags: str, language: str | None
) -> None:
    assert language_among(tags) == language
