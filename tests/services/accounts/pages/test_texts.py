"""The texts of the pages of accounts."""

from __future__ import annotations

from services.accounts.pages.site import FOLDER
from tests.page_texts import CHASSIS, differing_names, texts_of, translated


def test_every_text_is_translated_and_no_other() -> None:
    texts = translated(FOLDER, "id")

    assert texts.keys() == texts_of(FOLDER) - translated(CHASSIS, "id").keys()
    assert all(texts.values())
    assert list(differing_names(texts)) == []
