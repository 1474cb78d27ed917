"""Who calls: the roles an access token may carry."""

from __future__ import annotations

HOLDER = "holder"
"""A card holder, bound to one card."""

PROVIDER = "provider"
"""Staff of one provider."""

OFFICER = "officer"
"""Staff of a province's or regency's manpower office, who assists people of its region."""

OPERATOR = "operator"
"""The programme's management."""

AUDITOR = "auditor"
"""Reads everything it needs, writes nothing."""

SYSTEM = "system"
"""A service of our own, following another's journal."""

EVERY_ROLE = (HOLDER, PROVIDER, OFFICER, OPERATOR, AUDITOR, SYSTEM)
