"""Planning and commit of one terabyte, simulated: 1.1 million stripes, 30 nights of history."""

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


def run(options: Options) -> Result:
    """Runs the project's own simulation, which judges its targets itself."""
    simulate = release_build("simulate")
    with tempfile.TemporaryDirectory(prefix="drydock-bench-") as place:
        file = Path(place) / "simulation.json"
        done = subprocess.run([simulate, "--json", file], cwd=place)
        if done.returncode not in (0, MISSED):
            raise CannotMeasure(f"The simulation ended with exit code {done.returncode}.")
        if not file.exists():
            raise CannotMeasure("The simulation has written no figures.")
        details = json.loads(file.read_text())
    return Result(
        kind="terabyte",
        name="terabyte",
        title="One terabyte, simulated",
        command=options.command,
        about=machine.moment() | machine.describe(),
        details=details | {"meets_every_target": done.returncode == 0},
    )
