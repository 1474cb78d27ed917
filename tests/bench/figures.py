"""What the bench found: every figure, and the ratios with what they should reach."""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import Any

GOALS = {
    "hot_class_vs_pgbench": 1.25,
    "spread_vs_pgbench": 0.25,
    "hot_class_vs_textbook": 4.0,
    "export_vs_copy": 0.25,
}
LIMITS = {"half load: p99, ms": 50.0, "seats shown: p99, ms": 1_000.0}
"""What a figure should not exceed."""

FLOORS = {"hot class on SQLite, a second": 300.0}
"""What a figure should reach."""


class Figures:
    """Figures gathered over rounds; a figure's value is the median of its rounds."""

    def __init__(self) -> None:
        self._pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._series: dict[str, list[float]] = defaultdict(list)

    def add_ratio(self, name: str, product: float, yardstick: float) -> None:
        """Add one round of the product beside its yardstick, both in events a second."""
        self._pairs[name].append((product, yardstick))

    def add(self, name: str, value: float) -> None:
        """Add one round of a figure."""
        self._series[name].append(value)

    def ratios(self) -> dict[str, float]:
        """Return the median over rounds of each ratio."""
        return {
            name: round(statistics.median(p / y for p, y in pairs), 3)
            for name, pairs in self._pairs.items()
        }

    def document(self) -> dict[str, Any]:
        """Return everything for `bench/latest.json`."""
        return {
            "ratios": self.ratios(),
            "per_second": {
                name: {
                    "product": [round(p, 1) for p, _ in pairs],
                    "yardstick": [round(y, 1) for _, y in pairs],
                }
                for name, pairs in self._pairs.items()
            },
            "figures": {
                name: round(statistics.median(values), 2) for name, values in self._series.items()
            },
        }

    def table(self) -> str:
        """Return everything as a table for people."""
        lines = [f"{'':32} {'product/s':>12} {'yardstick/s':>12} {'ratio':>7} {'goal':>6}"]
        for name, ratio in self.ratios().items():
            product, yardstick = (
                statistics.median(side) for side in zip(*self._pairs[name], strict=True)
            )
            goal = GOALS.get(name)
            verdict = (
                "" if goal is None else f"{goal:6.2f} {'reached' if ratio >= goal else 'SHORT'}"
            )
            lines.append(f"{name:32} {product:12,.0f} {yardstick:12,.0f} {ratio:7.2f} {verdict}")
        for name, values in self._series.items():
            value = statistics.median(values)
            lines.append(f"{name:58} {value:12,.1f}{_verdict(name, value)}")
        return "\n".join(lines)


def _verdict(name: str, value: float) -> str:
    if name in LIMITS:
        limit = LIMITS[name]
        return f" at most {limit:.0f} {'reached' if value <= limit else 'EXCEEDED'}"
    if name in FLOORS:
        floor = FLOORS[name]
        return f" at least {floor:.0f} {'reached' if value >= floor else 'SHORT'}"
    return ""
