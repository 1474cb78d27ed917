"""What is sealed is unreadable, opens only with its key and in its place, and is found by keyed digests."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.sealing import Seal, SealBroken, keyed_digest

SEAL = Seal(b"k" * 32)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS, TEXTS)
def test_what_was_sealed_opens_in_its_own_context(text: str, context: str) -> None:
    sealed = SEAL.close(text, context=context)
    assert sealed.isascii()
    assert SEAL.open(sealed, context=context) == text


def test_a_sealed_text_shows_nothing_and_never_looks_the_same_twice() -> None:
    once = SEAL.close("3171234567890123", context="person 1")
    again = SEAL.close("3171234567890123", context="person 1")
    assert once != again
    assert b"3171234567890123" not in base64.b64decode(once)


@pytest.mark.parametrize(
    ("seal", "context"), [(SEAL, "person 2"), (Seal(b"x" * 32), "person 1")], ids=["row", "key"]
)
def test_a_sealed_text_does_not_open_in_another_row_or_with_another_key(
    seal: Seal, context: str
) -> None:
    sealed = SEAL.close("a secret", context="person 1")
    with pytest.raises(SealBroken):
        seal.open(sealed, context=context)


@given(st.data())
def test_a_sealed_text_of_which_one_bit_was_changed_does_not_open(data: st.DataObject) -> None:
    raw = bytearray(base64.b64decode(SEAL.close("a secret", context="c")))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        SEAL.open(base64.b64encode(raw).decode(), context="c")


@pytest.mark.parametrize("broken", ["", "AAAA", "no base64 at all", "é", "=", "QUFB" * 3])
def test_what_was_never_sealed_does_not_open(broken: str) -> None:
    with pytest.raises(SealBroken):
        SEAL.open(broken, context="c")


def test_what_stands_beside_a_sealed_text_breaks_it() -> None:
    with pytest.raises(SealBroken):
        SEAL.open(SEAL.close("a secret", context="c") + "!", context="c")


def test_a_key_has_one_of_the_sizes_of_aes() -> None:
    with pytest.raises(ValueError, match="128, 192, or 256"):
        Seal(b"short")


def test_a_keyed_digest_depends_on_key_purpose_and_value_and_on_nothing_else() -> None:
    digest = keyed_digest(b"k", "nik", "1")
    assert digest == keyed_digest(b"k", "nik", "1")
    others = [("nik", "2", b"k"), ("card-number", "1", b"k"), ("nik", "1", b"x")]
    assert digest not in {keyed_digest(key, purpose, value) for purpose, value, key in others}
    assert len(digest) == 64
