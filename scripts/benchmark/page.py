"""docs/benchmarks.md, written from every result that is kept in docs/benchmarks."""

import re
from pathlib import Path

from .markdown import table
from .needs import PROJECT
from .page_comparison import comparison_section
from .page_growth import growth_section
from .page_replacement import replacement_section
from .page_stores import stores_section
from .page_terabyte import terabyte_section
from .result import Result

DOCS = PROJECT / "docs"
RESULTS = DOCS / "benchmarks"
IMAGES = DOCS / "images"

HEAD = """# Benchmarks

Written by `scripts/bench --write-docs`; a change made by hand would be lost. Each section names
its commit, machine and versions, and the one command that repeats it. The results as JSON are in
[benchmarks/](benchmarks/).

How to read them: every program works on the same database on the same machine, in turn, in one
run. **Ratios count, seconds are this machine's.** A figure is the median of its runs, and all runs
are listed. A repository's size is the sum of its files, in MB of 1,000,000 bytes. Memory is the
resident memory of the largest process of a command at its peak.

What each program does: Drydock seals every chunk and checks it before it is written; Borg encrypts,
with zstd level 3; restic encrypts, with its default compression; `pg_dump -Fd -j2 -Z1` is
PostgreSQL's own dump at its fastest, not encrypted, and whole every time. "COPY to nowhere" is what
the server needs to hand out all rows on two connections: no backup that reads them all is faster.

The database: pgbench, and a table of events with JSON, numerics, UUIDs, texts and a GIN index;
VACUUM has run, as it does at night. With data checksums (the default from PostgreSQL 18 on) a first
read sets hint bits, and pages that VACUUM had not seen would count as changed once more. Drydock
knows unchanged pages by their LSNs (`pageinspect`), and from PostgreSQL 17 on by WAL summaries;
those end at checkpoints, so it asks for one here, and that time is counted as its own.
"""


def write() -> Path:
    """Writes the page and its images anew; returns the page."""
    results = sorted(map(Result.read, RESULTS.glob("*.json")), key=order)
    IMAGES.mkdir(parents=True, exist_ok=True)
    sections = {
        "comparison": comparison_section,
        "growth": growth_section,
        "replacement": replacement_section,
        "terabyte": terabyte_section,
        "stores": stores_section,
    }
    parts = [HEAD, summary(results)]
    for result in results:
        text, charts = sections[result.kind](result)
        for name, chart in charts.items():
            (IMAGES / f"{name}.svg").write_text(chart.svg())
        parts.append(text)
    page = DOCS / "benchmarks.md"
    page.write_text("\n".join(parts))
    return page


def order(result: Result) -> tuple:
    """Tables first, then growth, replacements, the terabyte and stores; numbers in names count as numbers."""
    kinds = ["comparison", "growth", "replacement", "terabyte", "stores"]
    return kinds.index(result.kind), [int(word) for word in re.findall(r"\d+", result.name)]


def summary(results: list[Result]) -> str:
    """Which results there are, and how many targets each one meets."""
    rows = []
    for result in results:
        met = sum(check.is_met for check in result.checks)
        verdict = f"{met} of {len(result.checks)}"
        if result.kind == "terabyte":
            verdict = "all" if result.meets_every_target else "not all"
        rows.append([result.title, result.about["date"], f"`{result.about['commit']}`", verdict])
    return table(["result", "date", "commit", "targets met"], rows)
