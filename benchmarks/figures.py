"""Figures with their targets: printed as one table, kept as JSON."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured; ``most`` is what it may be, None where nothing is asked of it."""

    name: str
    engine: str
    value: float
    unit: str
    most: float | None = None
    detail: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Whether the target is reached."""
        if self.most is None:
            return ""
        return "reached" if self.value <= self.most else "MISSED"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of all values lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """Return the middle and the slow end of waiting times in milliseconds."""
    return {
        "p50_ms": round(median(seconds) * 1000, 2),
        "p95_ms": round(percentile(seconds, 0.95) * 1000, 2),
    }


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    rows = [("what", "engine", "figure", "target", "verdict", "beside it")]
    for figure in figures:
        beside = "  ".join(f"{name} {value:g}" for name, value in figure.detail.items())
        most = "" if figure.most is None else f"≤ {figure.most:g} {figure.unit}"
        rows.append((
            figure.name,
            figure.engine,
            f"{figure.value:.4g} {figure.unit}",
            most,
            figure.verdict,
            beside,
        ))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    for place, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[-1]]).rstrip())
        if not place:
            print("-" * (sum(widths) + 2 * len(widths) + len(rows[0][-1])))
    missed = [figure for figure in figures if figure.verdict == "MISSED"]
    print(f"\n{len(missed)} of {sum(figure.most is not None for figure in figures)} targets missed.")


def keep(figures: Sequence[Figure], *, is_quick: bool) -> list[Path]:
    """Write the figures of each engine to a file of its name, over those of the last run."""
    RESULTS.mkdir(exist_ok=True)
    written = []
    for engine in dict.fromkeys(figure.engine for figure in figures):
        path = RESULTS / f"{engine}.json"
        of_engine = [
            {**asdict(figure), "verdict": figure.verdict} for figure in figures if figure.engine == engine
        ]
        path.write_text(
            json.dumps(
                {"measured": _circumstances(is_quick=is_quick), "figures": of_engine},
                indent=1,
                ensure_ascii=False,
            )
            + "\n",
            encoding="utf-8",
        )
        written.append(path)
    return written


def _circumstances(*, is_quick: bool) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": is_quick,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load_before": [round(value, 2) for value in os.getloadavg()],
    }
