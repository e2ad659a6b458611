"""One terabyte, simulated: 30 nights of 1.1 million stripes, and the life of a repository with 1000."""

import json
import subprocess
import tempfile
from pathlib import Path

from . import machine
from .failure import CannotMeasure
from .needs import release_build
from .options import Options
from .result import Result

MISSED = 1
# What is done to the repository with a long history; each in a process of its own, whose memory is
# judged. `simulate --help` says what they are.
STEPS = [
    "history",
    "index",
    "night",
    "snapshots",
    "check",
    "sample",
    "survey",
    "forget",
    "mark",
    "sweep",
    "rebuild",
    "recheck",
]
LIFE = ["--stripes", "1100000", "--snapshots", "1000", "--percent", "2"]


def run(options: Options) -> Result:
    """Runs the project's own simulation, which judges its targets itself."""
    simulate = release_build("simulate")
    details, is_met = simulation([simulate])
    with tempfile.TemporaryDirectory(prefix="drydock-bench-") as place:
        steps = []
        for step in STEPS:
            command = [simulate, "--step", step, "--directory", place, *LIFE]
            figures, is_step_met = simulation(command)
            steps.append(figures)
            is_met = is_met and is_step_met
    details["a thousand snapshots"] = steps
    return Result(
        kind="terabyte",
        name="terabyte",
        title="One terabyte, simulated",
        command=options.command,
        about=machine.moment() | machine.describe(),
        details=details | {"meets_every_target": is_met},
    )


def simulation(command: list[str]) -> tuple[dict, bool]:
    """The figures of one process, and whether it met its targets."""
    with tempfile.TemporaryDirectory(prefix="drydock-bench-") as place:
        file = Path(place) / "figures.json"
        done = subprocess.run([*command, "--json", file], cwd=place)
        if done.returncode not in (0, MISSED):
            raise CannotMeasure(f"The simulation ended with exit code {done.returncode}.")
        if not file.exists():
            raise CannotMeasure("The simulation has written no figures.")
        return json.loads(file.read_text()), done.returncode == 0
