"""How strictly schemathesis judges an answer: as every test does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import schemathesis

from tests.conformity import check_answer
from tests.fuzz.patterns import build_each_once

build_each_once()


@schemathesis.check
def conforms_to_the_contract(_: Any, response: Any, case: Any) -> None:
    """Hold an answer to the contract: no code, header or member that is not documented."""
    headers = {name: values[0] for name, values in response.headers.items()}
    path = urlsplit(response.request.url).path
    check_answer(case.method, path, response.status_code, headers, response.content)
