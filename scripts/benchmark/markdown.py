"""The pieces of Markdown that the page is made of."""

from .result import Check, Result


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def folded(title: str, text: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n</details>\n"


def figure(title: str, name: str) -> str:
    return f"![{title}](images/{name}.svg)\n"


def heading(result: Result) -> str:
    """Title, how to repeat it, and all that the figures depend on."""
    facts = "\n".join(f"- {name}: {value}" for name, value in result.about.items())
    return f"## {result.title}\n\nMade by `{result.command}`.\n\n{facts}\n"


def verdicts(checks: list[Check]) -> str:
    """The targets, the missed ones in bold."""
    rows = []
    for check in checks:
        value = f"{figures(check.value)} {check.unit}".strip()
        limit = f"<= {check.limit:g} {check.unit}".strip()
        rows.append(
            [
                check.name,
                value if check.is_met else f"**{value}**",
                limit,
                "met" if check.is_met else "**missed**",
            ]
        )
    return table(["target", "measured", "at most", ""], rows)


def every_run(result: Result) -> str:
    """All that was run and measured, for who wants to check the medians."""
    rows = []
    for item in result.measurements:
        rows.append(
            [
                item.work,
                f"`{item.command}`",
                ", ".join(f"{seconds:.3f}" for seconds in item.seconds),
                ", ".join(megabytes(added) for added in item.added),
                f"{item.peak_mib:.0f}" if item.peak_mib else "",
                item.reading or "",
            ]
        )
    heads = ["work", "command", "seconds", "MB added", "MiB", "how the largest table was read"]
    return folded("Every run, with its command", table(heads, rows))


def figures(value: float) -> str:
    """Three figures that count, and never more digits than that."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def megabytes(size: float) -> str:
    return f"{size / 1e6:.2f}" if size < 10e6 else f"{size / 1e6:.1f}"


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"
