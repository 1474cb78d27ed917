"""The receipt: only who was given it learns more of an application than everybody does."""

from __future__ import annotations

import re

import pytest

from services.enrolment.domain.draw.receipt import check_receipt, receipt
from services.enrolment.domain.learning.redemption import redeem_code
from vocabulary.refusals.draw import ReceiptWrong

KEY = b"k" * 32
RECEIPT = receipt(KEY, "application-1")


def test_the_right_receipt_is_let_through() -> None:
    check_receipt(RECEIPT, key=KEY, application_id="application-1")


def test_a_receipt_can_be_read_out_and_typed() -> None:
    assert re.fullmatch(r"[A-Z2-7]{10}", RECEIPT)


def test_every_application_and_every_key_has_a_receipt_of_its_own_which_is_no_redeem_code() -> None:
    receipts = {receipt(KEY, f"application-{n}") for n in range(100)}
    others = {receipt(b"x" * 32, "application-1"), redeem_code(KEY, "application-1")}
    assert len(receipts | others) == 102


@pytest.mark.parametrize(
    "wrong",
    ["", RECEIPT[:-1], RECEIPT + "A", RECEIPT.lower(), receipt(KEY, "application-2"), "ÄÖÜ"],
)
def test_a_wrong_receipt_is_refused(wrong: str) -> None:
    with pytest.raises(ReceiptWrong):
        check_receipt(wrong, key=KEY, application_id="application-1")
