"""What the worker does with draws: the step that is due of each, and of those that admit, a chunk at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from chassis.identifiers import random_reference
from chassis.transaction import Transactions
from chassis.worker import in_turn
from services.enrolment.domain.draw.draw import Draw, Step
from services.enrolment.domain.draw.order_chunk import Order
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.draw.admit_drawn import admit_drawn
from services.enrolment.use_cases.draw.close_applications import close_applications
from services.enrolment.use_cases.draw.fix_order import ListChanged, fix_order, order_of
from services.enrolment.use_cases.draw.halt_draw import halt_draw
from services.enrolment.use_cases.draw.publish_list import publish_list, root_of_list
from services.enrolment.use_cases.draw.read_next import read_next
from services.enrolment.use_cases.draw.reveal_secret import reveal_secret
from services.enrolment.use_cases.programme.admit_candidates import PausedMeanwhile


@dataclass(frozen=True)
class DrawWork:
    """Takes draws a step further. Any number of workers may do so at once: each step is taken by one of them."""

    stores: Stores
    transactions: Transactions

    def go_on(self) -> int:
        """Do what is due of each draw whose window has closed; return how many steps and judged applications."""
        with self.stores.database.reading() as connection:
            wave_ids = self.stores.draws.unfinished(connection)
        return in_turn(wave_ids, self._go_on)

    def _go_on(self, wave_id: str) -> int:
        draw, step = self._due(wave_id)
        if step is None:
            return 0
        try:
            take = partial(self._taking(step, draw), stores=self.stores)
            return self.transactions.run(take, repeatable=True)
        except PausedMeanwhile:
            return 0
        except ListChanged:
            self._halt(wave_id, step)
            raise

    def _halt(self, wave_id: str, step: Step) -> None:
        """Note it, so that nobody reads a million applications again at once; the failure is told all the same."""
        halt = partial(halt_draw, wave_id=wave_id, step=step, request_id=random_reference())
        self.transactions.run(partial(halt, stores=self.stores), repeatable=True)

    def _taking(self, step: Step, draw: Draw) -> Callable[..., int]:
        """Work out what a step needs, before anything is locked, and return what takes it."""
        wave_id = draw.wave_id
        match step:
            case Step.CLOSE:
                return partial(close_applications, wave_id=wave_id)
            case Step.LIST:
                size, root = root_of_list(wave_id, stores=self.stores)
                take = partial(publish_list, wave_id=wave_id, size=size, root=root)
            case Step.ORDER:
                take = partial(fix_order, wave_id=wave_id, order=self._order(draw))
            case Step.REVEAL:
                take = partial(reveal_secret, wave_id=wave_id)
            case Step.ADMIT:
                take = partial(admit_drawn, drawn=read_next(wave_id, stores=self.stores))
        return partial(take, request_id=random_reference())

    def _due(self, wave_id: str) -> tuple[Draw, Step | None]:
        with self.stores.database.reading() as connection:
            draw = self.stores.draws.read(connection, wave_id)
            wave = self.stores.waves.read(connection, wave_id)
            now = self.stores.database.now(connection)
        if draw is None or wave is None:
            raise LookupError(f"there is no draw of the wave {wave_id}")
        return draw, draw.next_step(now=now, closes_at=wave.closes_at)

    def _order(self, draw: Draw) -> Order:
        with self.stores.database.reading() as connection:
            secret = self.stores.draws.secret_of(connection, draw.wave_id)
        return order_of(draw, secret=secret, stores=self.stores)
