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
            raise CannotMeasure(f"Page LSNs need the extension pageinspect in this PostgreSQL.\n{problem}")
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
        return int(self.server.sql(
            f"SELECT sum(pg_relation_size(t) / {PAGE}) FROM unnest('{{events,pgbench_accounts}}'::regclass[]) t"
        ))

    def halves(self) -> tuple[str, str]:
        """The COPY statements that read each table's first half, and its second."""
        first, second = [], []
        for table in ("events", "pgbench_accounts"):
            half = int(self.server.sql(f"SELECT pg_relation_size('{table}') / {PAGE} / 2"))
            first.append(f"COPY (SELECT * FROM {table} WHERE ctid < '({half},0)') TO STDOUT")
            second.append(f"COPY (SELECT * FROM {table} WHERE ctid >= '({half},0)') TO STDOUT")
        return "; ".join(first), "; ".join(second)

    def change_mixed(self, round: int) -> None:
        """A day: 1 % appended, 1 % of the accounts updated side by side, 0.1 % of the events here and there."""
        sql = self.server.sql
        start = 50_000 * self.scale + 2_000 * self.scale * round
        sql(APPEND.format(count=self.events // 100))
        sql(f"UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid BETWEEN {start} AND {start + 1000 * self.scale}")
        sql(f"UPDATE events SET amount = amount + 1 WHERE id % 1000 = {(7 + 100 * round) % 1000}")

    def change_scattered(self, night: int) -> None:
        """A night: 1 % of the events, each on another page."""
        self.server.sql(f"UPDATE events SET amount = amount + 1 WHERE id % 100 = {night % 100}")

    def change_by_fixed_amount(self, round: int) -> None:
        """As many rows and as many pages at every scale: 200 here and there, 2,000 side by side, 2,000 new."""
        sql = self.server.sql
        sql(APPEND.format(count=2000))
        sql(f"UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid BETWEEN {1 + 5000 * round} AND {2000 + 5000 * round}")
        step = self.events // 200
        sql(f"UPDATE events SET amount = amount + 1 WHERE id <= {self.events} AND id % {step} = {1 + 37 * round}")
