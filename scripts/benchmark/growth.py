"""What each thing costs at 1, 4 and 16 times the data."""

from . import machine, targets
from .options import Options
from .process import Command
from .result import Measurement, Result
from .server import PrivateServer
from .tools import DRYDOCK, FULL_READ, SQL, Reading
from .workload import PAGE, Workload
from .workplace import Workplace

FACTORS = (1, 4, 16)

# What the page check comes to in plain SQL, on one connection: the LSN of every page.
PAGE_CHECK = """
SELECT count(*) FROM unnest('{events,pgbench_accounts}'::regclass[]) t,
  LATERAL generate_series(0, pg_relation_size(t) / 8192 - 1) page
WHERE (page_header(get_raw_page(t::text, page::int))).lsn > pg_current_wal_lsn()
"""


class Growth:
    """One run: for each size a database and a repository of its own, on the same server."""

    def __init__(self, options: Options, workplace: Workplace, server: PrivateServer):
        self.options = options
        self.workplace = workplace
        self.server = server
        self.pages: list[int] = []

    def run(self) -> Result:
        self.result = self._empty_result()
        for factor in FACTORS:
            self._measure(factor)
        self.result.details["heap_pages"] = self.pages
        self.result.judge(targets.of_growth(self.result, self.pages))
        return self.result

    def _empty_result(self) -> Result:
        version = self.server.version
        about = machine.about(self.workplace, self.options, self.server)
        machine.show(about)
        sizes = ", ".join(str(self.options.scale * factor) for factor in FACTORS)
        return Result(
            kind="growth",
            name=f"growth-postgresql-{self.server.major}",
            title=f"PostgreSQL {version}, scales {sizes}",
            command=self.options.command,
            about=about,
        )

    def _measure(self, factor: int) -> None:
        self.server.use("postgres")
        self.server.create("bench")
        self.server.use("bench")
        workload = Workload(self.server, self.options.scale * factor)
        workload.fill()
        self.pages.append(workload.heap_pages)
        print(f"# {factor}x: {self.pages[-1] * PAGE / 1e6:.0f} MB of heap", flush=True)
        DRYDOCK.start_anew(self.workplace)
        self._note(f"first {factor}x", DRYDOCK.name, DRYDOCK.backup, 1)
        self._note(f"full read {factor}x", DRYDOCK.name, FULL_READ, self.options.runs)
        self._note(f"unchanged {factor}x", DRYDOCK.name, DRYDOCK.backup, self.options.runs)
        self._note(
            f"same change {factor}x", DRYDOCK.name, DRYDOCK.backup, self.options.runs, workload
        )
        self._note(
            f"page check alone {factor}x",
            SQL,
            Command.of("psql", "-XAtqc", PAGE_CHECK),
            self.options.runs,
        )
        self.server.use("postgres")
        self.server.drop("bench")

    def _note(
        self, work: str, tool: str, command: Command, times: int, workload: Workload | None = None
    ) -> None:
        """Measures a command; with a workload, after a change of the same size each time."""
        seconds, added, peak = [], [], 0.0
        for number in range(times):
            if workload:
                workload.change_by_fixed_amount(number)
            size = self.workplace.size(DRYDOCK.repository)
            run = self.workplace.run(command)
            seconds.append(round(run.seconds, 4))
            added.append(self.workplace.size(DRYDOCK.repository) - size)
            peak = max(peak, run.peak_mib)
        reading = str(Reading.of_newest(self.workplace)) if tool == DRYDOCK.name else None
        self.result.note(
            Measurement(
                work, tool, str(command), seconds, added if reading else [], round(peak, 1), reading
            )
        )
