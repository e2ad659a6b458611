"""Looks before anything starts whether everything is there that the figures need."""

import os
import shutil
import subprocess
from pathlib import Path

from .failure import CannotMeasure
from .options import Options

PROJECT = Path(__file__).resolve().parents[2]

# What the server's package brings: a client's package alone has no initdb.
SERVER_PROGRAMS = (
    "initdb",
    "pg_ctl",
    "postgres",
    "psql",
    "pgbench",
    "pg_dump",
    "pg_restore",
    "createdb",
    "dropdb",
)
# The program, and the Debian package that it comes with.
PEERS = {"borg": "borgbackup", "restic": "restic", "setpriv": "util-linux"}


def find_binaries(options: Options) -> Path:
    """The directory of PostgreSQL's programs: the named one, or the newest of the system."""
    found = options.binaries or newest_of_the_system()
    missing = [name for name in SERVER_PROGRAMS if not (found / name).exists()]
    if missing:
        raise CannotMeasure(
            f"{found} has no {', '.join(missing)}; scripts/setup --bench adds PostgreSQL 15."
        )
    return found


def newest_of_the_system() -> Path:
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3])
    )
    if places:
        return places[-1].parent
    if shutil.which("pg_config"):
        return Path(
            subprocess.run(
                ["pg_config", "--bindir"], check=True, capture_output=True, text=True
            ).stdout.strip()
        )
    raise CannotMeasure(
        "There is no PostgreSQL server; scripts/setup --bench adds one, or name --bindir."
    )


def check_peers() -> None:
    """Stops unless every peer is installed: a table with gaps would compare nothing."""
    missing = {program: package for program, package in PEERS.items() if not shutil.which(program)}
    if missing:
        packages = " ".join(missing.values())
        raise CannotMeasure(
            f"Missing: {', '.join(missing)}. scripts/setup --bench adds {packages}."
        )


def release_build(product: str) -> Path:
    """Builds one of the project's programs with optimisation; says so, for it takes minutes."""
    if not shutil.which("swift"):
        raise CannotMeasure(
            "There is no Swift toolchain in PATH; scripts/setup says how to get one."
        )
    build = ["swift", "build", "--configuration", "release"]
    print(f"# {' '.join(build)} --product {product}", flush=True)
    done = subprocess.run(
        [*build, "--product", product], cwd=PROJECT, capture_output=True, text=True
    )
    if done.returncode:
        raise CannotMeasure(f"{product} does not build:\n{(done.stdout + done.stderr)[-4000:]}")
    where = subprocess.run(
        [*build, "--show-bin-path"], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    return Path(where.stdout.strip()) / product


def find_drydock(options: Options) -> Path:
    """The program that is measured."""
    found = options.drydock or release_build("drydock")
    if not os.access(found, os.X_OK):
        raise CannotMeasure(f"There is no program {found}.")
    return found
