"""The table: Drydock and its peers, the same work, in turn."""

from collections.abc import Callable

from . import machine, targets
from .options import Options
from .process import Command, Run
from .result import Measurement, Result
from .server import PrivateServer
from .tools import (
    DRYDOCK,
    FULL_READ,
    ONE_TABLE,
    PEERS,
    PLAIN,
    PLAIN_RESTORE,
    RAW,
    Reading,
    Tool,
    plain_dump,
)
from .workload import PAGE, Workload
from .workplace import Workplace

VERIFICATION = "verification at level 3"
QUERY = "query of one small table"
# Their nights are all alike, each a full copy; five show that.
NIGHTS_OF_PEERS = 5


class Comparison:
    """One run of the table. The steps follow each other as a database's life would."""

    def __init__(self, options: Options, workplace: Workplace, server: PrivateServer):
        self.options = options
        self.workplace = workplace
        self.server = server
        self.workload = Workload(server, options.scale)

    def run(self) -> Result:
        self.server.create("bench")
        self.server.use("bench")
        self.workload.fill()
        self.result = self._empty_result()
        self._plain_dumps()
        self._first_backups()
        self._one_table()
        self._unchanged()
        self._mixed_changes()
        self._nights()
        self._restores()
        self._questions()
        self._start_up()
        self.result.judge(
            targets.of_comparison(self.result, self.options.scale, self.options.nights)
        )
        return self.result

    def _empty_result(self) -> Result:
        version = self.server.version
        heap = self.workload.heap_pages * PAGE
        about = {
            **machine.about(self.workplace, self.options, self.server),
            **machine.peers(self.workplace),
        }
        machine.show(about)
        return Result(
            kind="comparison",
            name=f"table-postgresql-{self.server.major}-scale-{self.options.scale}",
            title=f"PostgreSQL {version}, {heap / 1e6:.0f} MB of heap (scale {self.options.scale})",
            command=self.options.command,
            about=about,
        )

    def _plain_dumps(self) -> None:
        """What no backup of all rows can beat, and what PostgreSQL's own dump takes."""
        first, second = self.workload.halves()
        raw = Command.side_by_side(["psql", "-XAtqc", first], ["psql", "-XAtqc", second])
        self._repeat("first", RAW, raw)
        self._repeat("first", PLAIN, plain_dump("plain"), replaced="plain")
        self._repeat(
            "one large table", PLAIN, plain_dump("plain-one", "-t", "events"), replaced="plain-one"
        )

    def _first_backups(self) -> None:
        """Each into an empty repository, the programs in turn."""
        self._in_turn("first", (*PEERS, DRYDOCK), self.options.runs, is_first=True)

    def _one_table(self) -> None:
        self._in_turn("one large table", (ONE_TABLE,), self.options.runs, is_first=True)

    def _unchanged(self) -> None:
        """Nothing has changed: told from page LSNs, from no source at all, from WAL summaries."""
        self._in_turn("unchanged", (*PEERS, DRYDOCK), self.options.runs)
        self._repeat("unchanged, full read", DRYDOCK.name, FULL_READ)
        if self.server.major < 17:
            return
        self.server.summarize_wal()
        # The parent of the measured ones: summaries must reach back to it.
        self.workplace.run(DRYDOCK.backup)
        self._in_turn("unchanged, WAL summaries", (DRYDOCK,), self.options.runs)

    def _mixed_changes(self) -> None:
        tools = (*PEERS, DRYDOCK)
        self._in_turn("mixed change", tools, self.options.runs, before=self.workload.change_mixed)

    def _nights(self) -> None:
        for night in range(self.options.nights):
            tools = (*PEERS, DRYDOCK) if night < NIGHTS_OF_PEERS else (DRYDOCK,)
            self.workload.change_scattered(night)
            self._in_turn(f"night {night + 1}", tools, 1)

    def _restores(self) -> None:
        """In turn, into an empty database on the same server, today's rows in every case."""
        self.workplace.forget("plain")
        self.workplace.run(plain_dump("plain"))
        restore = ["drydock", "restore", "latest", "--into", "restored", "--jobs", "2", "--quiet"]
        commands = {
            ("restore", PLAIN_RESTORE): Command.of("pg_restore", "-j2", "-d", "restored", "plain"),
            ("restore", DRYDOCK.name): Command.of(*restore),
            ("restore, not read back", DRYDOCK.name): Command.of(*restore, "--no-verify"),
            # It brings a server of its own, and reads back all that it restores.
            (VERIFICATION, DRYDOCK.name): Command.of(
                "drydock", "verify", "latest", "--level", "3", "--jobs", "2", "--quiet"
            ),
        }
        runs: dict[tuple[str, str], list[Run]] = {key: [] for key in commands}
        for _ in range(self.options.runs):
            for key, command in commands.items():
                self.server.create("restored")
                runs[key].append(self.workplace.run(command))
                self.server.drop("restored")
        for (work, tool), command in commands.items():
            self._note(work, tool, command, runs[work, tool])

    def _questions(self) -> None:
        """One table of the whole snapshot: the small one, so that its own rows weigh little."""
        question = "SELECT count(*) FROM pgbench_branches"
        self._repeat(QUERY, DRYDOCK.name, Command.of("drydock", "query", "latest", question))

    def _start_up(self) -> None:
        """A command that does next to nothing, with no patch to look at."""
        (self.workplace.directory / "migrations").mkdir()
        self._repeat("status", DRYDOCK.name, Command.of("drydock", "status", "--database", "bench"))

    def _in_turn(
        self,
        work: str,
        tools: tuple[Tool, ...],
        times: int,
        is_first: bool = False,
        before: Callable[[int], None] | None = None,
    ) -> None:
        """Lets programs do the same work in turn, so that none has the quieter minutes."""
        runs: dict[str, list[Run]] = {tool.name: [] for tool in tools}
        added: dict[str, list[int]] = {tool.name: [] for tool in tools}
        for number in range(times):
            if before:
                before(number)
            for tool in tools:
                if is_first:
                    tool.start_anew(self.workplace)
                size = self.workplace.size(tool.repository)
                runs[tool.name].append(self.workplace.run(tool.backup))
                added[tool.name].append(self.workplace.size(tool.repository) - size)
        for tool in tools:
            reading = None
            if tool is DRYDOCK and not is_first:
                reading = str(Reading.of_newest(self.workplace))
            self._note(work, tool.name, tool.backup, runs[tool.name], added[tool.name], reading)

    def _repeat(self, work: str, tool: str, command: Command, replaced: str | None = None) -> None:
        """Runs one command several times; `replaced` is what it makes anew each time."""
        runs = []
        for _ in range(self.options.runs):
            if replaced:
                self.workplace.forget(replaced)
            runs.append(self.workplace.run(command))
        self._note(work, tool, command, runs, [self.workplace.size(replaced)] if replaced else [])

    def _note(
        self,
        work: str,
        tool: str,
        command: Command,
        runs: list[Run],
        added: list[int] | None = None,
        reading: str | None = None,
    ) -> None:
        self.result.note(
            Measurement(
                work,
                tool,
                str(command),
                [round(run.seconds, 4) for run in runs],
                added or [],
                round(max(run.peak_mib for run in runs), 1),
                reading,
            )
        )
