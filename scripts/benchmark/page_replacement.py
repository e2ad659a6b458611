"""The section of replacing restores under traffic."""

from .markdown import every_run, heading, verdicts
from .page_terabyte import records, values
from .plot import Chart
from .result import Result

TEXT = """\
pgbench writes to and reads from every table of a schema (300 and 300 transactions a second) while
`restore --replace` builds the copy beside it and exchanges the names; then every acknowledged write is
looked for in the live schema and in the one that was set aside. "Alone" is the longest wait before the
restore began: what this machine does to a client without it. While a whole database is replaced, 20
clients connect anew for every statement.
"""


def replacement_section(result: Result) -> tuple[str, dict[str, Chart]]:
    """The section; it has no charts."""
    found = result.details
    parts = [heading(result), TEXT, verdicts(result.checks), records(found["schemas"])]
    return "\n".join([*parts, values(found["database"]), every_run(result)]), {}
