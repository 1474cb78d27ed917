"""Count anew how many cards hold places of quotas; the cards are right, the counters follow them."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.programme.quota import taken_by
from services.enrolment.storage.stores import Stores


def recount_quotas(connection: sa.Connection, wave_id: str | None, *, stores: Stores) -> int:
    """Count the quotas of a wave anew, or without one those of the programme; return how many were wrong.

    Nobody is admitted meanwhile, since the counters are held.
    """
    if wave_id is not None:
        stores.waves.lock(connection, wave_id)
    locked = stores.quotas.lock(connection, wave_id)
    quotas = [quota for quota in locked if quota.wave_id == wave_id]
    counted = taken_by(quotas, stores.quotas.held(connection, wave_id))
    right = {quota.quota_id: counted.get(quota.quota_id, 0) for quota in quotas}
    wrong = {
        quota.quota_id: right[quota.quota_id]
        for quota in quotas
        if quota.used != right[quota.quota_id]
    }
    stores.quotas.set_used(connection, wrong)
    return len(wrong)
