"""What a run has found: measurements, and how they compare with the targets."""

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Measurement:
    """One piece of work done by one program, as often as it was repeated."""

    work: str
    tool: str
    command: str
    seconds: list[float]
    # Bytes that each run added to what is stored.
    added: list[int] = field(default_factory=list)
    # Resident memory of the largest process in any run.
    peak_mib: float | None = None
    # How Drydock says that it read the largest table, and why so.
    reading: str | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def median_added(self) -> float:
        return statistics.median(self.added)

    def __str__(self) -> str:
        runs = " ".join(f"{seconds:.2f}" for seconds in self.seconds)
        added = f"{self.median_added / 1e6:9.2f} MB" if self.added else " " * 12
        peak = f"{self.peak_mib:5.0f} MiB" if self.peak_mib else " " * 9
        return f"{self.work:<30} {self.tool:<22} {self.median:8.3f} s {added} {peak}   runs {runs}"


@dataclass
class Check:
    """A figure, and the most that it may be."""

    name: str
    value: float
    limit: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit

    def __str__(self) -> str:
        verdict = "met   " if self.is_met else "MISSED"
        return (
            f"{verdict} {self.name:<52} {self.value:10.3f} {self.unit:<4} target <= {self.limit:g}"
        )


@dataclass
class Result:
    """One run of one kind: `comparison`, `growth`, `replacement`, `terabyte` or `stores`."""

    kind: str
    # The file that keeps it: a later run of the same name replaces it.
    name: str
    title: str
    command: str
    # Date, commit, machine, versions: shown as they are.
    about: dict[str, str]
    measurements: list[Measurement] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    # What only this kind has, such as the points of a plot.
    details: dict = field(default_factory=dict)

    def note(self, measurement: Measurement) -> Measurement:
        """Keeps a measurement, and shows it at once: a run takes long."""
        self.measurements.append(measurement)
        print(measurement, flush=True)
        return measurement

    def find(self, work: str, tool: str) -> Measurement:
        return next(item for item in self.measurements if (item.work, item.tool) == (work, tool))

    def judge(self, checks: list[Check]) -> None:
        """Keeps the checks, and shows them."""
        self.checks += checks
        for check in checks:
            print(check, flush=True)

    @property
    def meets_every_target(self) -> bool:
        """Whether every check is met; a simulation says so for itself."""
        return all(check.is_met for check in self.checks) and self.details.get(
            "meets_every_target", True
        )

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @staticmethod
    def read(file: Path) -> "Result":
        values = json.loads(file.read_text())
        values["measurements"] = [Measurement(**item) for item in values["measurements"]]
        values["checks"] = [Check(**item) for item in values["checks"]]
        return Result(**values)
