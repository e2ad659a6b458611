"""The section of growth: three charts over the size of the database."""

from .markdown import every_run, figure, heading, verdicts
from .plot import Chart, Series
from .result import Result
from .tools import DRYDOCK, SQL
from .workload import PAGE

TEXT = """\
Three databases, each four times the one before. Reading everything should grow with the data. An
incremental snapshot after the same absolute change (200 scattered rows, 2,000 in a row, 2,000 new
ones) should grow only by the page check, which is shown beside it as plain SQL on one connection.
Memory should not grow.
"""


def growth_section(result: Result) -> tuple[str, dict[str, Chart]]:
    """The section, and its charts by name."""
    version = result.title.split(",")[0]
    x = "heap, GB"
    charts = {
        f"{result.name}-full": Chart(
            f"Every row read ({version})",
            x,
            "seconds",
            [
                line(result, "first, into an empty repository", "first"),
                line(result, "full read, nothing changed", "full read"),
            ],
        ),
        f"{result.name}-incremental": Chart(
            f"The same change at every size ({version})",
            x,
            "seconds",
            [
                line(result, "same change", "same change"),
                line(result, "nothing changed", "unchanged"),
                line(result, "page check alone, SQL", "page check alone", SQL),
            ],
        ),
        f"{result.name}-memory": Chart(
            f"Memory at its peak ({version})",
            x,
            "MiB",
            [
                line(result, "full read", "full read", value="peak_mib"),
                line(result, "same change", "same change", value="peak_mib"),
            ],
        ),
    }
    figures = [figure(chart.title, name) for name, chart in charts.items()]
    parts = [heading(result), TEXT, *figures, verdicts(result.checks), every_run(result)]
    return "\n".join(parts), charts


def line(
    result: Result, name: str, work: str, tool: str = DRYDOCK.name, value: str = "median"
) -> Series:
    """One work at every size, over GB of heap."""
    items = [
        item
        for item in result.measurements
        if item.work.startswith(f"{work} ") and item.tool == tool
    ]
    sizes = [pages * PAGE / 1e9 for pages in result.details["heap_pages"]]
    return Series(
        name, [(size, getattr(item, value) or 0) for size, item in zip(sizes, items, strict=True)]
    )
