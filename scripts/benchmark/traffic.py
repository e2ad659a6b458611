"""Clients that work while something is replaced under them."""

import random
import subprocess
import threading
import time
from dataclasses import dataclass

from .failure import CannotMeasure
from .workplace import Workplace

WRITE = """\\set n :n + 1
\\set k random(0, {last})
INSERT INTO shop.t_:k VALUES (:client_id, :n, 'written');
"""
READ = """\\set k random(0, {last})
SELECT count(*) FROM shop.t_:k WHERE client = :client_id AND n < 100;
"""
WRITES_A_SECOND, READS_A_SECOND = 300, 300
SECONDS_A_ROUND = 4


@dataclass
class Span:
    """One transaction that a server answered."""

    ended: float
    seconds: float
    is_write: bool


class Traffic:
    """pgbench, writers and readers, at a steady rate that the server can bear.

    It runs in rounds that end by themselves: a pgbench that is killed has not written all that it
    knows of to its log, and then nobody could say which writes were acknowledged.
    """

    def __init__(self, workplace: Workplace, tables: int):
        self.workplace = workplace
        self.tables = tables
        self.is_over = threading.Event()
        self.problem: str | None = None
        kinds = (("write", WRITE, WRITES_A_SECOND), ("read", READ, READS_A_SECOND))
        self.threads = [threading.Thread(target=self._work, args=kind) for kind in kinds]

    def __enter__(self) -> "Traffic":
        for log in [*self._logs("write"), *self._logs("read")]:
            log.unlink()
        for thread in self.threads:
            thread.start()
        time.sleep(SECONDS_A_ROUND)
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            time.sleep(SECONDS_A_ROUND)
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        if self.problem and kind is None:
            raise CannotMeasure(f"A pgbench failed: {self.problem}")

    def _work(self, name: str, script: str, rate: int) -> None:
        file = f"{name}.sql"
        (self.workplace.directory / file).write_text(script.format(last=self.tables - 1))
        words = ["pgbench", "-n", "-c", "8", "-j", "1", "-R", str(rate), "-f", file, "--log"]
        words += ["--log-prefix", name, "-T", str(SECONDS_A_ROUND)]
        number = 0
        while not self.is_over.is_set() and not self.problem:
            done = subprocess.run(
                [*words, "-D", f"n={number}"],
                cwd=self.workplace.directory,
                env=self.workplace.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                self.problem = done.stderr[-2000:]
            # More than a client can write in a round, so that no two rounds write the same row.
            number += 1_000_000

    def spans(self) -> list[Span]:
        """Every answered transaction, and how long its client waited for the answer."""
        found = []
        for name in ("write", "read"):
            for log in self._logs(name):
                for line in log.read_text().splitlines():
                    _, _, micros, _, epoch, fraction, lag = line.split()
                    ended = int(epoch) + int(fraction) / 1e6
                    # Counted from the schedule; the lag is how long pgbench itself was late.
                    seconds = (int(micros) - int(lag)) / 1e6
                    found.append(Span(ended, seconds, name == "write"))
        if not found:
            raise CannotMeasure("The clients have answered nothing.")
        return found

    def _logs(self, name: str):
        return sorted(self.workplace.directory.glob(f"{name}.[0-9]*"))


class Pool:
    """Clients that connect for each statement, and connect again whatever becomes of it."""

    def __init__(self, workplace: Workplace, clients: int):
        self.workplace = workplace
        self.answers: list[float] = []
        self.lock = threading.Lock()
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(n,)) for n in range(clients)]

    def __enter__(self) -> "Pool":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _work(self, number: int) -> None:
        while not self.is_over.is_set():
            table = random.randrange(20)
            done = subprocess.run(
                ["psql", "-XAtqc", f"SELECT count(*) FROM shop.t_{table} WHERE client = {number}"],
                env=self.workplace.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
            )
            if done.returncode == 0:
                with self.lock:
                    self.answers.append(time.monotonic())
            else:
                time.sleep(0.01)

    def longest_gap(self) -> float:
        """The longest time in which no client at all had an answer."""
        if len(self.answers) < 2:
            raise CannotMeasure("The pool has had no answers.")
        times = sorted(self.answers)
        return max(later - earlier for earlier, later in zip(times, times[1:]))
