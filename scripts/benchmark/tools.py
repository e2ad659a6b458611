"""The programs that are compared, each with the command a careful operator would use."""

import json
from dataclasses import dataclass

from .failure import CannotMeasure
from .process import Command
from .workplace import Workplace

DUMP = ["pg_dump", "bench"]


@dataclass(frozen=True)
class Tool:
    """A program that keeps backups in a repository."""

    name: str
    # The repository's directory in the workplace.
    repository: str
    create: Command
    backup: Command

    def start_anew(self, workplace: Workplace) -> None:
        """An empty repository, for a first backup."""
        workplace.forget(self.repository)
        workplace.run(self.create)


BORG = Tool(
    "pg_dump | borg",
    "borg",
    Command.of("borg", "init", "--encryption", "repokey-blake2", "borg"),
    Command.pipeline(
        DUMP, ["borg", "create", "--compression", "zstd,3", "borg::{now:%H%M%S%f}", "-"]
    ),
)
RESTIC = Tool(
    "pg_dump | restic",
    "restic",
    Command.of("restic", "--quiet", "init", "--repo", "restic"),
    Command.pipeline(DUMP, ["restic", "--quiet", "--repo", "restic", "backup", "--stdin"]),
)
DRYDOCK = Tool(
    "drydock",
    "drydock",
    Command.of("drydock", "init", "--quiet"),
    Command.of("drydock", "backup", "--quiet", "--jobs", "2"),
)
PEERS = (BORG, RESTIC)

FULL_READ = Command.of("drydock", "backup", "--quiet", "--jobs", "2", "--full-read")
# A repository of its own, so that no chunk of the table is there already.
ONE_TABLE = Tool(
    "drydock",
    "one-table",
    Command.of("drydock", "init", "--quiet", "--repository", "one-table"),
    Command.of(
        "drydock",
        "backup",
        "--quiet",
        "--jobs",
        "2",
        "--repository",
        "one-table",
        "--table",
        "public.events",
    ),
)

PLAIN = "pg_dump -Fd -j2 -Z1"
PLAIN_RESTORE = "pg_restore -j2"
RAW = "COPY to nowhere"
SQL = "psql"


def plain_dump(directory: str, *words: str) -> Command:
    """The dump that PostgreSQL itself makes fastest."""
    return Command.of("pg_dump", "-Fd", "-j2", "-Z1", *words, "-f", directory, "bench")


@dataclass(frozen=True)
class Reading:
    """How Drydock says that it read the table of events."""

    way: str
    reason: str

    @staticmethod
    def of_newest(workplace: Workplace) -> "Reading":
        manifest = json.loads(
            workplace.output("drydock", "show", "latest", "--json").splitlines()[-1]
        )
        for table in manifest["tables"]:
            if table["name"] == "events":
                return Reading(table["reading"]["way"], table["reading"]["reason"])
        raise CannotMeasure("The newest snapshot has no table events.")

    def __str__(self) -> str:
        return f"{self.way}: {self.reason}"
