"""The product in turn with enrolment as a textbook has it, on one hot class of the same server."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.bench.enrolling import CONFIRMED, address_of, enrol
from tests.bench.figures import Figures
from tests.bench.population import PRICE, SEATS, Population
from tests.bench.textbook.running import make_database, serving
from tests.running_system import RunningSystem


def measure_beside_textbook(
    system: RunningSystem,
    population: Population,
    figures: Figures,
    *,
    server: str,
    enrolment: str,
    rounds: int,
    seconds: int,
) -> None:
    """Measure in rounds; `server` and `enrolment` are addresses of the server and of the product's database there."""
    with psycopg.connect(enrolment) as connection:
        cards = [str(row[0]) for row in connection.execute("select card_ref from card")]
    settings = {
        "DATABASE_URL": make_database(
            server, cards=cards, classes=population.hot, seats=SEATS, price=PRICE
        ),
        "JWKS_URL": f"{system.address}/.well-known/jwks.json",
        "ISSUER": system.accounts_settings["TOKEN_ISSUER"],
        "AUDIENCE": system.accounts_settings["TOKEN_AUDIENCE"],
    }
    with TemporaryDirectory() as folder, serving(Path(folder), settings) as textbook:
        for _ in range(rounds):
            product = enrol(address_of(system), population, population.hot, seconds=seconds)
            beside = enrol(textbook, population, population.hot, seconds=seconds)
            figures.add_ratio(
                "hot_class_vs_textbook", product.per_second(CONFIRMED), beside.per_second(CONFIRMED)
            )
            figures.add("textbook: p50, ms", beside.percentile(0.5) * 1000)
            figures.add("textbook: p99, ms", beside.percentile(0.99) * 1000)
