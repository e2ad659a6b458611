"""The section of repositories in a bucket."""

from .markdown import every_run, heading, verdicts
from .plot import Chart
from .result import Result

TEXT = """\
The same backups into a directory and into a bucket of Ceph RGW on the same machine and disk, in turn:
one node, plain HTTP on loopback. What Ceph itself needs of the processors is in the figures.
"""


def stores_section(result: Result) -> tuple[str, dict[str, Chart]]:
    """The section; it has no charts."""
    return "\n".join([heading(result), TEXT, verdicts(result.checks), every_run(result)]), {}
