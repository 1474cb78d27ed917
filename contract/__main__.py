"""Write the contract: `python -m contract`."""

from __future__ import annotations

from contract.document import document, written
from contract.examples import recorded
from gateway.pages.contract_file import CONTRACT


def main() -> None:
    """Write what the code says to the file that the gateway serves."""
    CONTRACT.write_text(written(document(recorded())), encoding="utf-8")


if __name__ == "__main__":
    main()
