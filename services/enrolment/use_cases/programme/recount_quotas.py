"""Count anew how many cards hold places of quotas; the cards are right, the counters follow them."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.storage.stores import Stores


def recount_quotas(connection: sa.Connection, wave_id: str | None, *, stores: Stores) -> int:
    """Count the quotas of a wave anew, or without one those of the programme; return how many were wrong.

    Nobody is admitted meanwhile, since the counters are held.
    """
    if wave_id is not None:
        stores.waves.lock(connection, wave_id)
    locked = stores.quotas.lock(connection, wave_id)
    counted = {
        quota.quota_id: stores.quotas.held(connection, wave_id, quota.reach)
        for quota in locked
        if quota.wave_id == wave_id
    }
    used = {quota.quota_id: quota.used for quota in locked}
    wrong = {name: count for name, count in counted.items() if count != used[name]}
    stores.quotas.set_used(connection, wrong)
    return len(wrong)
