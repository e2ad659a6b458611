"""What is asked on the command line."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """One call of `scripts/bench`."""

    mode: str
    scale: int
    runs: int
    nights: int
    binaries: Path | None
    drydock: Path | None
    json: Path | None
    writes_docs: bool

    @property
    def command(self) -> str:
        """The call as anybody can repeat it, without this machine's directories."""
        if self.mode == "terabyte":
            return "scripts/bench --terabyte"
        if self.mode == "footprint":
            return "scripts/bench --footprint"
        if self.mode == "replace":
            return f"scripts/bench --replace --scale {self.scale}"
        words = [f"--scale {self.scale}", f"--runs {self.runs}"]
        if self.mode in ("growth", "stores"):
            return " ".join([f"scripts/bench --{self.mode}", *words])
        return " ".join(["scripts/bench", *words, f"--nights {self.nights}"])


def parse(words: list[str]) -> Options:
    """Reads the command line; leaves with code 2 and the usage where it cannot."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure Drydock beside its peers on a private PostgreSQL.",
        epilog="Exit codes: 0 every target is met, 1 one is missed, 2 a figure could not be had.",
    )
    mode = parser.add_mutually_exclusive_group()
    add_mode(mode, "--growth", "measure at 1, 4 and 16 times the data")
    add_mode(mode, "--stores", "measure a bucket on a real Ceph beside a directory")
    add_mode(mode, "--replace", "replace schemas and a database under traffic")
    add_mode(mode, "--terabyte", "simulate one terabyte: nights, and a life of 1000 snapshots")
    add_mode(mode, "--footprint", "size and start-up of the program that people install")
    add_mode(
        mode,
        "--docs-only",
        "measure nothing, write docs/benchmarks.md from the results that are kept",
    )
    parser.add_argument(
        "--scale", type=positive, help="pgbench scale; 40,000 events each (20; 5 for growth)"
    )
    parser.add_argument("--runs", type=positive, default=3, help="runs of each step (3)")
    parser.add_argument(
        "--nights", type=natural, default=5, help="nights of 1 %% scattered updates (5)"
    )
    parser.add_argument(
        "--bindir", type=Path, help="the directory of another PostgreSQL's programs"
    )
    parser.add_argument(
        "--drydock", type=Path, help="this program, instead of a release build made here"
    )
    parser.add_argument("--json", type=Path, help="write the result to this file")
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the result, write docs/benchmarks.md"
    )
    given = parser.parse_args(words)
    chosen = given.mode or "comparison"
    return Options(
        mode=chosen,
        scale=given.scale or (5 if chosen == "growth" else 20),
        runs=given.runs,
        nights=given.nights,
        binaries=given.bindir and given.bindir.resolve(),
        drydock=given.drydock and given.drydock.resolve(),
        json=given.json and given.json.resolve(),
        writes_docs=given.write_docs,
    )


def add_mode(group: argparse._MutuallyExclusiveGroup, flag: str, meaning: str) -> None:
    group.add_argument(
        flag, dest="mode", action="store_const", const=flag.lstrip("-"), help=meaning
    )


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return number
