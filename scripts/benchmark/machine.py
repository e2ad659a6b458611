"""What a figure depends on: the machine, the versions, the commit."""

import datetime
import os
import subprocess
from pathlib import Path

from .needs import PROJECT
from .options import Options
from .server import PrivateServer
from .workplace import Workplace


def describe() -> dict[str, str]:
    """The machine, as far as it matters for a ratio."""
    system = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text().splitlines()
        if "=" in line
    )
    model = field("/proc/cpuinfo", "model name") or os.uname().machine
    kibibytes = int(field("/proc/meminfo", "MemTotal").split()[0])
    return {
        "machine": f"{os.cpu_count()} CPUs ({model}), {kibibytes / 2**20:.0f} GiB of memory",
        "system": f"{system['PRETTY_NAME'].strip(chr(34))}, kernel {os.uname().release}",
        # Whoever else works on the machine falsifies what is measured.
        "load": f"{os.getloadavg()[0]:.2f} when it began",
    }


def field(file: str, name: str) -> str:
    """The value of the first line `name : value`."""
    for line in Path(file).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def drydock(workplace: Workplace, options: Options) -> dict[str, str]:
    """The program that is measured; one that was given need not be of this commit."""
    version = workplace.output("drydock", "--version").split()[-1]
    return {
        "drydock": f"{version}, " + ("given with --drydock" if options.drydock else "release build")
    }


def peers(workplace: Workplace) -> dict[str, str]:
    """The programs that it is compared with, as they name themselves."""
    return {
        "borg": workplace.output("borg", "--version").split()[-1],
        "restic": workplace.output("restic", "version").split()[1],
        "pg_dump": workplace.output("pg_dump", "--version").split()[2],
    }


def postgresql(server: PrivateServer) -> dict[str, str]:
    """The server, and the one setting that changes what a first read does to its pages."""
    checksums = "on" if server.has_checksums else "off"
    return {"PostgreSQL": f"{server.version}, data checksums {checksums}"}


def about(workplace: Workplace, options: Options, server: PrivateServer) -> dict[str, str]:
    """All that figures of one run depend on."""
    return {
        **moment(),
        **describe(),
        **postgresql(server),
        **drydock(workplace, options),
    }


def show(about: dict[str, str]) -> None:
    """Shows it before the first figure."""
    for name, value in about.items():
        print(f"# {name}: {value}")


def moment() -> dict[str, str]:
    """The date, and the commit with a word when the files differ from it."""
    commit = git("rev-parse", "--short=10", "HEAD")
    if git("status", "--porcelain", "--untracked-files=no", "--", "Sources", "Package.swift"):
        commit += " with changes"
    return {"date": datetime.date.today().isoformat(), "commit": commit}


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "unknown"
