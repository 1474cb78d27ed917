"""The schema that every table stands in."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
