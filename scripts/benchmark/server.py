"""A PostgreSQL of its own, which nobody else can reach."""

import os
import pwd
import signal
from pathlib import Path

from .failure import CannotMeasure
from .process import output
from .workplace import Workplace

# Large enough that the server is not what limits anybody, and no checkpoint comes on its own.
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
shared_buffers = 2GB
max_wal_size = 8GB
checkpoint_timeout = 30min
"""


class PrivateServer:
    """Starts with `with`, and is gone when that ends, however it ends."""

    def __init__(self, workplace: Workplace, binaries: Path):
        self.workplace = workplace
        self.binaries = binaries
        self.data = workplace.directory / "server" / "data"
        self.socket = workplace.directory / "server" / "socket"
        self.user = unprivileged_user()

    def __enter__(self) -> "PrivateServer":
        for place in (self.data.parent, self.data, self.socket):
            place.mkdir()
            if self.user:
                os.chown(place, self.user.pw_uid, self.user.pw_gid)
        self.data.chmod(0o700)
        try:
            self._as_server(
                "initdb",
                "-D",
                str(self.data),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            )
            with open(self.data / "postgresql.conf", "a") as file:
                file.write(SETTINGS.format(socket=self.socket))
            log = self.data.parent / "log"
            self._as_server(
                "pg_ctl", "start", "-w", "-t", "60", "-D", str(self.data), "-l", str(log), "-s"
            )
        except BaseException:
            self.stop()
            raise
        self.workplace.environment |= {
            "PGHOST": str(self.socket),
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
        }
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        # From here on an impatient second Ctrl-C would only leave the server behind.
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        if (self.data / "postmaster.pid").exists():
            self._as_server("pg_ctl", "stop", "-m", "immediate", "-D", str(self.data), "-s")

    def _as_server(self, program: str, *words: str) -> None:
        """Runs one of the server's programs as a user that PostgreSQL accepts."""
        become = []
        if self.user:
            become = [
                "setpriv",
                f"--reuid={self.user.pw_uid}",
                f"--regid={self.user.pw_gid}",
                "--clear-groups",
            ]
        command = [*become, str(self.binaries / program), *words]
        output(command, self.data.parent, self.workplace.environment)

    def sql(self, statement: str) -> str:
        """Runs SQL in the current database; returns its values, a row a line."""
        return self.workplace.output("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement)

    def use(self, database: str) -> None:
        """Makes a database the one that every program takes from now on."""
        self.workplace.environment["PGDATABASE"] = database

    def create(self, database: str) -> None:
        self.workplace.output("createdb", database)

    def drop(self, database: str) -> None:
        self.workplace.output("dropdb", database)

    @property
    def version(self) -> str:
        return self.sql("SHOW server_version").split()[0]

    @property
    def major(self) -> int:
        return int(self.sql("SHOW server_version_num")) // 10000

    @property
    def has_checksums(self) -> bool:
        return self.sql("SHOW data_checksums") == "on"

    def summarize_wal(self) -> None:
        """Lets the server write WAL summaries from now on (17 and later)."""
        self.sql("ALTER SYSTEM SET summarize_wal = on")
        self.sql("SELECT pg_reload_conf()")


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotMeasure("Root needs a user named postgres or nobody to run the server as.")
