"""The section of the simulated terabyte: whatever the simulation says, as it says it."""

from .markdown import figures, heading, table
from .plot import Chart
from .result import Result


def terabyte_section(result: Result) -> tuple[str, dict[str, Chart]]:
    """The section; lists of records become tables, single values one table of their own."""
    single = {
        name: value for name, value in result.details.items() if not isinstance(value, (list, dict))
    }
    parts = [
        heading(result),
        table(["figure", ""], [[words(name), shown(value)] for name, value in single.items()]),
    ]
    for name, value in result.details.items():
        if isinstance(value, dict):
            parts += [
                f"{words(name)}:\n",
                table(["figure", ""], [[words(key), shown(item)] for key, item in value.items()]),
            ]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            heads = list(value[0])
            rows = [[shown(record.get(head)) for head in heads] for record in value]
            parts += [f"{words(name)}:\n", table([words(head) for head in heads], rows)]
    return "\n".join(parts), {}


def words(name: str) -> str:
    return name.replace("_", " ")


def shown(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return figures(value)
    return str(value)
