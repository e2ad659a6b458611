"""The database that everybody backs up, and what happens to it between two backups.

Half of it are pgbench's narrow rows, half are wide ones as applications have them: JSON, numerics,
UUIDs, texts, and a GIN index, which is what a restore spends most of its time on.
"""

from .failure import CannotMeasure
from .server import PrivateServer

EVENTS_PER_SCALE = 40_000
PAGE = 8192

TABLES = """
CREATE TABLE events (
  id bigserial PRIMARY KEY, ts timestamptz NOT NULL, user_id int NOT NULL, kind text NOT NULL,
  payload jsonb NOT NULL, amount numeric(12,2), tag uuid, note text)
"""

ROWS = """
INSERT INTO events (ts, user_id, kind, payload, amount, tag, note)
SELECT timestamptz '2024-01-01' + g * interval '7 seconds',
  (random() * 200000)::int,
  (ARRAY['click','view','buy','login','logout','error'])[1 + (random() * 5)::int],
  jsonb_build_object(
    'ip', (random() * 255)::int || '.' || (random() * 255)::int || '.1.' || (random() * 255)::int,
    'agent', (ARRAY['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla/5.0 (Windows NT 10.0)',
      'curl/7.88.1', 'okhttp/4.9'])[1 + (random() * 3)::int],
    'session', md5(g::text), 'n', (random() * 1000)::int),
  (random() * 10000)::numeric(12,2),
  gen_random_uuid(),
  CASE WHEN random() < 0.3 THEN repeat(md5((g % 1000)::text), 2) END
FROM generate_series(1, {count}) g
"""

INDEXES = (
    "CREATE INDEX ON events (ts)",
    "CREATE INDEX ON events (user_id)",
    "CREATE INDEX ON events USING gin (payload jsonb_path_ops)",
)

# The oldest so many rows once more, so that new pages are like old ones.
APPEND = """
INSERT INTO events (ts, user_id, kind, payload, amount, tag, note)
SELECT ts, user_id, kind, payload || '{{"v": 2}}', amount, gen_random_uuid(), note
FROM events WHERE id <= {count}
"""


class Workload:
    """One database of a given scale: 100,000 accounts and 40,000 events for each 1 of it."""

    def __init__(self, server: PrivateServer, scale: int):
        self.server = server
        self.scale = scale
        self.events = EVENTS_PER_SCALE * scale

    def fill(self) -> None:
        """Makes the tables in the current database, and leaves it as a quiet night would."""
        sql = self.server.sql
        try:
            sql("CREATE EXTENSION pageinspect")
        except CannotMeasure as problem:
            raise CannotMeasure(
                f"Page LSNs need the extension pageinspect here.\n{problem}"
            ) from problem
        self.server.workplace.output("pgbench", "-i", "-q", "-s", str(self.scale))
        sql(TABLES)
        sql(f"SELECT setseed(0.42); {ROWS.format(count=self.events)}")
        for statement in INDEXES:
            sql(statement)
        # Sets hint bits too, which with data checksums would otherwise change the pages once more.
        sql("VACUUM ANALYZE")
        sql("CHECKPOINT")

    @property
    def heap_pages(self) -> int:
        sizes = "pg_relation_size('events') + pg_relation_size('pgbench_accounts')"
        return int(self.server.sql(f"SELECT ({sizes}) / {PAGE}"))

    def halves(self) -> tuple[str, str]:
        """The COPY statements that read each table's first half, and its second."""
        first, second = [], []
        for table in ("events", "pgbench_accounts"):
            half = int(self.server.sql(f"SELECT pg_relation_size('{table}') / {PAGE} / 2"))
            first.append(f"COPY (SELECT * FROM {table} WHERE ctid < '({half},0)') TO STDOUT")
            second.append(f"COPY (SELECT * FROM {table} WHERE ctid >= '({half},0)') TO STDOUT")
        return "; ".join(first), "; ".join(second)

    def change_mixed(self, round: int) -> None:
        """A day: 1 % appended, 1 % of the accounts updated in a row, 0.1 % of events scattered."""
        self._append(self.events // 100)
        start = 50_000 + 2_000 * (round % 25)
        self._update_accounts(start * self.scale, 1000 * self.scale)
        self._update_events(f"id % 1000 = {(7 + 100 * round) % 1000}")

    def change_scattered(self, night: int) -> None:
        """A night: 1 % of the events, each on another page."""
        self._update_events(f"id % 100 = {night % 100}")

    def change_by_fixed_amount(self, round: int) -> None:
        """As many rows and pages at every scale: 200 scattered, 2,000 in a row, 2,000 new."""
        self._append(2000)
        self._update_accounts(5000 * (round % 20), 2000)
        step = self.events // 200
        self._update_events(f"id <= {self.events} AND id % {step} = {(1 + 37 * round) % step}")

    def _append(self, count: int) -> None:
        self.server.sql(APPEND.format(count=count))

    def _update_accounts(self, start: int, count: int) -> None:
        self.server.sql(
            "UPDATE pgbench_accounts SET abalance = abalance + 1 "
            f"WHERE aid BETWEEN {start} AND {start + count}"
        )

    def _update_events(self, condition: str) -> None:
        self.server.sql(f"UPDATE events SET amount = amount + 1 WHERE {condition}")
