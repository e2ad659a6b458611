"""The section of one table: the work, who did it in which time, and which targets that meets."""

import re
import statistics

from .markdown import every_run, figure, figures, heading, megabytes, seconds, table, verdicts
from .plot import Chart, Series
from .result import Measurement, Result
from .tools import BORG, DRYDOCK, PEERS, PLAIN, PLAIN_RESTORE, RAW, RESTIC

# The columns, and which programs fill each one.
COLUMNS = {
    "Drydock": (DRYDOCK.name,),
    "COPY to nowhere": (RAW,),
    "`pg_dump -Fd -j2 -Z1`, `pg_restore -j2`": (PLAIN, PLAIN_RESTORE),
    "`pg_dump` into Borg": (BORG.name,),
    "`pg_dump` into restic": (RESTIC.name,),
}


def comparison_section(result: Result) -> tuple[str, dict[str, Chart]]:
    """The section, and its charts by name."""
    parts = [heading(result), figures_table(result), verdicts(result.checks)]
    charts = {}
    if any(item.work == "night 1" for item in result.measurements):
        name = f"nights-{result.name}"
        charts[name] = nights_chart(result)
        parts.append(figure(charts[name].title, name))
    return "\n".join([*parts, every_run(result)]), charts


def figures_table(result: Result) -> str:
    """One row for each piece of work; all nights are one."""
    cells: dict[str, dict[str, list[Measurement]]] = {}
    for item in result.measurements:
        work = re.sub(r"^night \d+$", "a night of 1 % scattered updates", item.work)
        cells.setdefault(work, {}).setdefault(item.tool, []).append(item)
    rows = []
    for work, by_tool in cells.items():
        base = cells[work.split(",")[0]]
        rows.append(
            [work, *(cell(by_tool, tools) for tools in COLUMNS.values()), ratio(by_tool, base)]
        )
    return table(["work", *COLUMNS, "Drydock / faster of Borg and restic"], rows)


def cell(by_tool: dict[str, list[Measurement]], tools: tuple[str, ...]) -> str:
    """Time, and what was added: the median, over nights too."""
    items = [item for tool in tools for item in by_tool.get(tool, [])]
    if not items:
        return ""
    time = seconds(statistics.median(item.median for item in items))
    if not items[0].added:
        return time
    return f"{time}, {megabytes(statistics.median(item.median_added for item in items))} MB"


def ratio(ours: dict[str, list[Measurement]], theirs: dict[str, list[Measurement]]) -> str:
    if DRYDOCK.name not in ours or any(peer.name not in theirs for peer in PEERS):
        return ""

    def middle(items: list[Measurement]) -> float:
        return statistics.median(item.median for item in items)

    return figures(middle(ours[DRYDOCK.name]) / min(middle(theirs[peer.name]) for peer in PEERS))


def nights_chart(result: Result) -> Chart:
    """How many full copies a repository holds after each night."""
    series = []
    for tool in (DRYDOCK, *PEERS):
        copy = result.find("first", tool.name).median_added
        size, points = 1.0, [(0.0, 1.0)]
        nights = (
            item
            for item in result.measurements
            if item.tool == tool.name and item.work.startswith("night ")
        )
        for item in nights:
            size += item.median_added / copy
            points.append((len(points), size))
        series.append(Series(tool.name, points))
    return Chart(
        f"What nights of 1 % scattered updates add ({result.title.split(',')[0]})",
        "nights",
        "full copies",
        series,
    )
