"""The temporary directory in which everything happens."""

import os
import shutil
import tempfile
from pathlib import Path

from . import process
from .process import Command, Run

# What a person has set for these programs must not reach a measurement.
FOREIGN = ("PG", "DRYDOCK_", "BORG_", "RESTIC_", "PYTHON", "XDG_")


class Workplace:
    """A directory and an environment of its own for every program; both are gone at the end.

    Programs run inside the directory, so the commands that are shown name no place of one machine.
    """

    def __init__(self, binaries: Path, drydock: Path):
        self.directory = Path(tempfile.mkdtemp(prefix="drydock-bench-"))
        try:
            # The server's user must be able to reach its own part.
            self.directory.chmod(0o711)
            programs = self.directory / "programs"
            programs.mkdir()
            (programs / "drydock").symlink_to(drydock)
            self.environment = self._environment(programs, binaries)
        except BaseException:
            self.remove()
            raise

    def __enter__(self) -> "Workplace":
        return self

    def __exit__(self, *_) -> None:
        self.remove()

    def remove(self) -> None:
        shutil.rmtree(self.directory)

    def _environment(self, programs: Path, binaries: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return kept | {
            "PATH": f"{programs}:{binaries}:{os.environ['PATH']}",
            "HOME": str(self.directory),
            "BORG_BASE_DIR": str(self.directory),
            "BORG_PASSPHRASE": "bench",
            "RESTIC_CACHE_DIR": str(self.directory / "restic-cache"),
            "RESTIC_PASSWORD": "bench",
            "DRYDOCK_REPOSITORY": str(self.directory / "drydock"),
            "DRYDOCK_PASSPHRASE": "bench",
            "DRYDOCK_BINARIES": str(binaries),
            # WAL summaries end at checkpoints; nobody else asks for one here.
            "DRYDOCK_CHECKPOINT": "force",
        }

    def run(self, command: Command) -> Run:
        """Runs a command and measures it."""
        return command.run(self.directory, self.environment)

    def output(self, *words: str) -> str:
        """What a program prints."""
        return process.output(list(words), self.directory, self.environment)

    def size(self, name: str) -> int:
        """Bytes of all files in a directory."""
        place = self.directory / name
        return sum(file.lstat().st_size for file in place.rglob("*") if not file.is_dir())

    def forget(self, name: str) -> None:
        """Removes a directory, if it is there."""
        if (self.directory / name).exists():
            shutil.rmtree(self.directory / name)
