"""The section of the simulated terabyte: whatever the simulation says, as it says it."""

from typing import Any

from .markdown import figure, figures, heading, table
from .plot import Chart, Series
from .result import Result

# The key by which the records of a list follow each other, where there is one.
NIGHT = "night"


def terabyte_section(result: Result) -> tuple[str, dict[str, Chart]]:
    """The section, and a chart of the seconds of each night if the simulation names them."""
    single = {}
    parts, charts = [], {}
    for name, value in result.details.items():
        if isinstance(value, dict):
            parts.append(f"{words(name)}:\n\n{values(value)}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            parts.append(f"{words(name)}:\n\n{records(value)}")
            if chart := seconds_chart(value):
                charts[f"{result.name}-{name}"] = chart
        else:
            single[name] = value
    pictures = [figure(chart.title, name) for name, chart in charts.items()]
    return "\n".join([heading(result), values(single), *pictures, *parts]), charts


def values(named: dict[str, Any]) -> str:
    return table(["figure", ""], [[words(name), shown(value)] for name, value in named.items()])


def records(items: list[dict[str, Any]]) -> str:
    heads = list(items[0])
    return table(
        [words(head) for head in heads],
        [[shown(item.get(head, "")) for head in heads] for item in items],
    )


def seconds_chart(items: list[dict[str, Any]]) -> Chart | None:
    """Every value in seconds, over the nights."""
    names = [name for name in items[0] if name.endswith("seconds")]
    if NIGHT not in items[0] or not names:
        return None
    series = [
        Series(words(name).removesuffix(" seconds"), [(item[NIGHT], item[name]) for item in items])
        for name in names
    ]
    return Chart("One terabyte, simulated: each night", "nights", "seconds", series)


def words(name: str) -> str:
    return name.replace("_", " ")


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return figures(value)
    return str(value)
