"""The receipt of an application: by the id everybody learns what became of it, by the receipt its person learns why."""

from __future__ import annotations

from chassis.derived_code import derived_code, is_code
from vocabulary.refusals.draw import ReceiptWrong


def receipt(key: bytes, application_id: str) -> str:
    """Return the receipt of an application: ten letters and digits, derived and therefore never stored."""
    return derived_code(key, "receipt", application_id)


def check_receipt(given: str, *, key: bytes, application_id: str) -> None:
    """Raise `ReceiptWrong` for a receipt that is not the one of an application."""
    if not is_code(given, receipt(key, application_id)):
        raise ReceiptWrong
