"""The order of a draw and the root over its list: known answers, and what must make no difference."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.enrolment.domain.draw.merkle_root import merkle_root, root_over
from services.enrolment.domain.draw.order import (
    commitment_to,
    draw_key,
    drawn_order,
    leaf_of,
)

CERTIFICATE_TRANSPARENCY = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
"""The leaves by which implementations of RFC 6962 are tested, and below the roots over the first so many of them."""

ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SECRET = bytes(range(32))
IDS = st.lists(st.uuids(version=4).map(str), unique=True, max_size=40)
at_any_pace = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine decides nothing."""


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_rfc_6962(size: int) -> None:
    leaves = [bytes.fromhex(leaf) for leaf in CERTIFICATE_TRANSPARENCY[:size]]
    assert merkle_root(iter(leaves)) == (size, ROOTS[size])


def by_the_definition(leaves: list[bytes]) -> bytes:
    """Work a root out as RFC 6962 defines it, from the top down."""
    if len(leaves) < 2:
        return hashlib.sha256(b"\x00" + leaves[0] if leaves else b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = by_the_definition(leaves[:half]), by_the_definition(leaves[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@at_any_pace
@given(ids=IDS)
def test_a_root_is_the_same_from_the_top_and_from_the_bottom(ids: list[str]) -> None:
    leaves = [leaf_of(one) for one in ids]
    assert merkle_root(leaves) == (len(ids), by_the_definition(leaves).hex())


@given(ids=IDS, at_once=st.sampled_from([1, 2, 4, 8]))
def test_a_root_is_the_same_over_the_roots_of_pieces(ids: list[str], at_once: int) -> None:
    leaves = [leaf_of(one) for one in ids]
    pieces = [leaves[begin : begin + at_once] for begin in range(0, len(leaves), at_once)]
    assert root_over(merkle_root(piece)[1] for piece in pieces) == merkle_root(leaves)[1]


@pytest.mark.parametrize("size", [1023, 1024, 1025, 2047, 2048, 2049, 3072, 4097, 5003])
def test_a_root_over_many_is_the_same_from_the_top_and_from_the_bottom(size: int) -> None:
    leaves = [number.to_bytes(4, "big") for number in range(size)]
    assert merkle_root(iter(leaves)) == (size, by_the_definition(leaves).hex())


@at_any_pace
@given(ids=IDS.filter(bool), data=st.data())
def test_a_list_that_was_tampered_with_has_another_root(
    ids: list[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(ids) - 1))
    left_out = ids[:place] + ids[place + 1 :]
    added = [*ids[:place], str(uuid4()), *ids[place:]]
    exchanged = [*ids[:place], str(uuid4()), *ids[place + 1 :]]
    twice = [*ids, ids[-1]]
    root = merkle_root(map(leaf_of, ids))
    for other in (left_out, added, exchanged, twice):
        assert merkle_root(map(leaf_of, other)) != root


def test_what_is_published_of_a_secret_is_its_sha_256() -> None:
    assert commitment_to(bytes(32)) == (
        "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
    )


@at_any_pace
@given(ids=IDS, data=st.data())
def test_the_order_hangs_on_nothing_but_ids_and_key(ids: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(ids))
    key = draw_key(SECRET, "outside")
    order = list(drawn_order(ids, key=key))
    assert order == list(drawn_order(shuffled, key=key))
    assert sorted(order) == sorted(ids)


@at_any_pace
@given(ids=IDS)
def test_the_order_is_that_of_the_keyed_hashes(ids: list[str]) -> None:
    key = SECRET + b"outside"
    hashes = {one: hmac.new(key, one.encode(), hashlib.sha256).hexdigest() for one in ids}
    assert list(drawn_order(ids, key=draw_key(SECRET, "outside"))) == sorted(
        ids, key=hashes.__getitem__
    )


def test_secret_and_outside_value_each_make_another_order() -> None:
    ids = [str(UUID(int=number)) for number in range(50)]
    keys = [draw_key(SECRET, "a"), draw_key(SECRET, "b"), draw_key(bytes(32), "a")]
    assert len({tuple(drawn_order(ids, key=key)) for key in keys}) == 3


def test_every_application_comes_first_as_often_as_any_other() -> None:
    """A chi-squared of 7 degrees: beyond 24.3 once in a thousand fair draws. The keys are fixed, so is the outcome."""
    ids = [str(UUID(int=number)) for number in range(8)]
    firsts = [next(drawn_order(ids, key=draw_key(SECRET, str(n)))) for n in range(4_000)]
    expected = len(firsts) / len(ids)
    assert sum((firsts.count(one) - expected) ** 2 / expected for one in ids) < 24.3
