"""What the program that people install weighs, and how soon it answers."""

import statistics
import subprocess
from pathlib import Path

from . import machine, needs
from .failure import CannotMeasure
from .options import Options
from .process import Command
from .server import PrivateServer
from .workplace import Workplace

RUNS = 40
START_LIMIT_SECONDS = 0.050
SIZE_LIMIT_BYTES = 40_000_000


def run(asked: Options) -> bool:
    """Prints both figures; false where one is above its limit."""
    binaries = needs.find_binaries(asked)
    drydock = asked.drydock or build()
    print(f"# {asked.command}")
    with Workplace(binaries, drydock) as workplace, PrivateServer(workplace, binaries) as server:
        machine.show(machine.about(workplace, asked, server))
        patches = workplace.directory / "patches"
        patches.mkdir()
        (patches / "0001_notes.sql").write_text("CREATE TABLE notes (text text);\n")
        within = [size(drydock)]
        for words in (["--help"], ["status", "--database", "postgres", "--patches", "patches"]):
            within.append(start(workplace, Command.of("drydock", *words)))
    return all(within)


def build() -> Path:
    """The program as scripts/install and scripts/package make it."""
    target = needs.PROJECT / ".build" / "static" / "drydock"
    done = subprocess.run(
        [needs.PROJECT / "scripts" / "packaging" / "build-release", target],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotMeasure(f"drydock does not build:\n{(done.stdout + done.stderr)[-4000:]}")
    print("# " + done.stdout.splitlines()[-1])
    return target


def size(program: Path) -> bool:
    found = program.stat().st_size
    return line("size", f"{found / 1e6:.1f} MB", found <= SIZE_LIMIT_BYTES, "40 MB")


def start(workplace: Workplace, command: Command) -> bool:
    """The median of many runs after one that fills the caches; the fastest shows the machine's part."""
    workplace.run(command)
    seconds = [workplace.run(command).seconds for _ in range(RUNS)]
    median = statistics.median(seconds)
    figure = f"{median * 1e3:.1f} ms, fastest {min(seconds) * 1e3:.1f} ms"
    return line(str(command), figure, median <= START_LIMIT_SECONDS, "50 ms")


def line(name: str, figure: str, is_within: bool, limit: str) -> bool:
    verdict = "within" if is_within else "ABOVE"
    print(f"{name}: {figure}, {verdict} {limit}", flush=True)
    return is_within
