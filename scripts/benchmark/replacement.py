"""What a replacing restore costs those who work meanwhile: stalls, and writes that must not be lost."""

import json
import subprocess
import time
from dataclasses import dataclass

from . import machine, targets
from .failure import CannotMeasure
from .options import Options
from .process import end
from .result import Measurement, Result
from .server import PrivateServer
from .traffic import Pool, Span, Traffic
from .workplace import Workplace

MANY_TABLES = 1400
# Rows of the one large table for each 1 of the scale: at 20 it is 2 GB with its key.
ROWS_PER_SCALE = 450_000
CLIENTS = 20
# The restore's own limit: how long it waits for all locks together.
LOCK_TIMEOUT = 5.0

# The first line of a comment is the user's; what a replacement notes for itself comes after it.
PROPERTIES = """
SELECT datdba::regrole, datacl, datconnlimit, datallowconn,
  split_part(shobj_description(d.oid, 'pg_database'), chr(10), 1),
  (SELECT array_agg(setconfig ORDER BY setrole) FROM pg_db_role_setting s WHERE setdatabase = d.oid)
FROM pg_database d WHERE datname = '{name}'
"""


@dataclass
class Ended:
    """A replacing restore that ran to its end."""

    words: list[str]
    # By the clock of the day, as pgbench's log has it.
    began: float
    exchange: float
    ended: float
    result: dict


class Replacement:
    """One run: a schema of many tables, one large table, a whole database, each under traffic."""

    def __init__(self, options: Options, workplace: Workplace, server: PrivateServer):
        self.options = options
        self.workplace = workplace
        self.server = server

    def run(self) -> Result:
        self.workplace.output("drydock", "init", "--quiet")
        self.result = self._empty_result()
        self.result.details["schemas"] = [
            self._schema("many", f"a schema of {MANY_TABLES:,} tables", MANY_TABLES, 0),
            self._schema("large", "a schema of one table", 1, ROWS_PER_SCALE * self.options.scale),
        ]
        self.result.details["database"] = self._database()
        self.result.judge(targets.of_replacement(self.result, LOCK_TIMEOUT))
        return self.result

    def _empty_result(self) -> Result:
        about = machine.about(self.workplace, self.options, self.server)
        machine.show(about)
        return Result(
            kind="replacement",
            name=f"replacement-postgresql-{self.server.major}",
            title=f"PostgreSQL {self.server.version}, replaced under traffic",
            command=self.options.command,
            about=about,
        )

    def _schema(self, name: str, title: str, tables: int, rows: int) -> dict:
        """Replaces a schema, beside, while pgbench writes to every table of it and reads it."""
        self._fill(name, tables, rows)
        with Traffic(self.workplace, tables) as traffic:
            ended = self._replace(name, ["--schema", "shop", "--way", "beside"])
        spans = traffic.spans()
        alone = [span for span in spans if span.ended < ended.began]
        before = [span for span in spans if ended.began <= span.ended < ended.exchange]
        during = [span for span in spans if span.ended >= ended.exchange]
        counts = self._writes(tables, ended.result["set_aside"])
        acknowledged = sum(span.is_write for span in spans)
        found = {
            "schema": title,
            "bytes": int(self.server.sql(SIZE)),
            "seconds": round(ended.ended - ended.began, 2),
            "readers_longest_alone_ms": longest(alone, is_write=False),
            "readers_longest_before_ms": longest(before, is_write=False),
            "readers_longest_in_exchange_ms": longest(during, is_write=False),
            "writers_longest_alone_ms": longest(alone, is_write=True),
            "writers_longest_before_ms": longest(before, is_write=True),
            "writers_longest_in_exchange_ms": longest(during, is_write=True),
            "acknowledged": acknowledged,
            **counts,
            "lost_or_doubled": abs(acknowledged - counts["live"] - counts["aside"])
            + counts["in_both"],
        }
        self._note(f"replace {title}", ended)
        print(f"# {json.dumps(found)}", flush=True)
        self.server.use("postgres")
        self.server.drop(name)
        return found

    def _fill(self, name: str, tables: int, rows: int) -> None:
        self.server.create(name)
        self.server.use(name)
        self.server.sql("CREATE SCHEMA shop")
        for start in range(0, tables, 200):
            numbers = range(start, min(start + 200, tables))
            self.server.sql(
                "; ".join(
                    f"CREATE TABLE shop.t_{number} (client int, n int, x text,"
                    " PRIMARY KEY (client, n))"
                    for number in numbers
                )
            )
        count = max(rows, 20)
        fill = (
            "INSERT INTO shop.t_{0} SELECT -1, g, repeat(md5(g::text), 5)"
            f" FROM generate_series(1, {count}) g"
        )
        for start in range(0, tables, 200):
            numbers = range(start, min(start + 200, tables))
            self.server.sql("; ".join(fill.format(number) for number in numbers))
        self.server.sql("VACUUM ANALYZE")
        self.workplace.output("drydock", "backup", "--quiet", "--jobs", "2")

    def _writes(self, tables: int, aside: str) -> dict:
        """How many of the clients' rows are in each copy, and in both."""

        # One statement over so many tables needs more locks than the server has by default.
        self.server.sql("CREATE TABLE public.live (client int, n int)")
        self.server.sql("CREATE TABLE public.aside (client int, n int)")
        for schema, table in (("shop", "live"), (aside, "aside")):
            for number in range(tables):
                self.server.sql(
                    f"INSERT INTO public.{table} SELECT client, n FROM {schema}.t_{number}"
                    " WHERE client >= 0"
                )
        return {
            "live": int(self.server.sql("SELECT count(*) FROM public.live")),
            "aside": int(self.server.sql("SELECT count(*) FROM public.aside")),
            "in_both": int(
                self.server.sql(
                    "SELECT count(*) FROM (TABLE public.live INTERSECT TABLE public.aside) s"
                )
            ),
        }

    def _database(self) -> dict:
        """Replaces a whole database while a pool of clients connects again and again."""
        name = "pool"
        self._fill(name, 20, 5000)
        self.server.sql("CREATE ROLE pool_owner; CREATE ROLE pool_reader LOGIN")
        self.server.sql(
            f"ALTER DATABASE {name} OWNER TO pool_owner; ALTER DATABASE {name} CONNECTION LIMIT 90;"
            f"ALTER DATABASE {name} SET work_mem = '7MB'; REVOKE ALL ON DATABASE {name} FROM PUBLIC;"
            f"GRANT CONNECT ON DATABASE {name} TO pool_reader; COMMENT ON DATABASE {name} IS 'pool'"
        )
        before = self.server.sql(PROPERTIES.format(name=name))
        with Pool(self.workplace, CLIENTS) as pool:
            ended = self._replace(name, [])
            time.sleep(3)
        found = {
            "clients": CLIENTS,
            "seconds": round(ended.ended - ended.began, 2),
            "longest_without_answer_s": round(pool.longest_gap(), 3),
            "properties_as_before": self.server.sql(PROPERTIES.format(name=name)) == before,
        }
        self._note("replace a whole database", ended)
        print(f"# {json.dumps(found)}", flush=True)
        return found

    def _replace(self, name: str, more: list[str]) -> Ended:
        """Plans, confirms, and notes when the names were exchanged."""
        words = ["drydock", "restore", f"latest:{name}", "--into", name, "--replace", *more]
        planned = self._run([*words, "--json"])
        if planned.returncode != 3:
            raise CannotMeasure(f"There was no plan: {planned.stderr[-2000:]}")
        token = json.loads(planned.stdout.splitlines()[-1])["token"]
        words += ["--confirm", token]
        began = time.time()
        process = subprocess.Popen(
            [*words, "--json"],
            cwd=self.workplace.directory,
            env=self.workplace.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        exchange, lines = None, []
        try:
            for line in process.stdout or []:
                lines.append(line)
                if "waiting for locks" in line or "exchanging names" in line:
                    exchange = time.time()
            process.wait()
        except BaseException:
            end(process)
            raise
        if process.returncode or exchange is None:
            raise CannotMeasure(f"The restore ended otherwise: {''.join(lines)[-3000:]}")
        result = next(json.loads(line) for line in reversed(lines) if '"result"' in line)
        return Ended(words[:-1], began, exchange, time.time(), result)

    def _run(self, words: list[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            words,
            cwd=self.workplace.directory,
            env=self.workplace.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def _note(self, work: str, ended: Ended) -> None:
        self.result.note(
            Measurement(
                work,
                "drydock",
                " ".join([*ended.words, "TOKEN"]),
                [round(ended.ended - ended.began, 2)],
            )
        )


def longest(spans: list[Span], is_write: bool) -> float:
    """The longest wait of a reader or a writer for an answer, in milliseconds."""
    return round(max(span.seconds for span in spans if span.is_write == is_write) * 1000, 1)


SIZE = """
SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c
WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind = 'r'
"""
