"""The committed contract."""

from __future__ import annotations

from pathlib import Path

CONTRACT = Path(__file__).parent.parent / "openapi.json"
"""Written by `make openapi`; a test fails while it is not what the code says."""
