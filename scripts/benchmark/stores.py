"""A repository in a bucket beside one in a directory, the same work in turn, on a real Ceph."""

import base64
import email.utils
import hashlib
import hmac
import os
import subprocess
import urllib.request
from pathlib import Path

from . import machine, targets
from .failure import CannotMeasure
from .needs import PROJECT
from .options import Options
from .process import Command, Run
from .result import Measurement, Result
from .server import PrivateServer
from .workload import PAGE, Workload
from .workplace import Workplace

IN_DIRECTORY = "drydock, in a directory"
ON_CEPH = "drydock, on Ceph"
ENDPOINT = "http://127.0.0.1:7480"
KEY, SECRET, BUCKET = "testkey", "testsecret", "bench"


class Ceph:
    """A Ceph RGW of one node on this machine; starts with `with`, and is gone when that ends."""

    def __init__(self, workplace: Workplace):
        shared = Path(os.environ.get("DRYDOCK_SHARED", PROJECT.parent / "shared"))
        self.scripts = shared / "stores"
        self.environment = os.environ | {
            "CEPH_ROOT": str(workplace.directory / "ceph"),
            "CEPH_OSDS": "1",
        }
        if not (self.scripts / "start-ceph.sh").exists():
            raise CannotMeasure(f"There is no Ceph to measure: {self.scripts} has no start-ceph.sh.")

    def __enter__(self) -> "Ceph":
        try:
            self._run("start-ceph.sh")
            make_bucket()
        except BaseException:
            self._run("stop-ceph.sh", "wipe")
            raise
        return self

    def __exit__(self, *_) -> None:
        self._run("stop-ceph.sh", "wipe")

    def _run(self, script: str, *words: str) -> None:
        # A service of the store must not hold our output open.
        done = subprocess.run(
            [str(self.scripts / script), *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if done.returncode:
            raise CannotMeasure(f"{script} ended with exit code {done.returncode}.")


def make_bucket() -> None:
    """Makes the bucket, signed the old way (version 2), which Ceph still takes."""
    date = email.utils.formatdate(usegmt=True)
    text = f"PUT\n\n\n{date}\n/{BUCKET}"
    code = hmac.new(SECRET.encode(), text.encode(), hashlib.sha1).digest()
    request = urllib.request.Request(f"{ENDPOINT}/{BUCKET}", method="PUT")
    request.add_header("Date", date)
    request.add_header("Authorization", f"AWS {KEY}:{base64.b64encode(code).decode()}")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request):
        pass


class Stores:
    """One run: first and unchanged backups, the two places in turn."""

    def __init__(self, options: Options, workplace: Workplace, server: PrivateServer):
        self.options = options
        self.workplace = workplace
        self.server = server
        # Before minutes of work that would come to nothing.
        self.ceph = Ceph(workplace)

    def run(self) -> Result:
        self.server.create("bench")
        self.server.use("bench")
        workload = Workload(self.server, self.options.scale)
        workload.fill()
        self.workplace.environment |= {
            "AWS_ENDPOINT_URL": ENDPOINT,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
        with self.ceph:
            self.result = self._empty_result(workload)
            self._measure("first", is_first=True)
            self._measure("unchanged")
        self.result.judge(targets.of_stores(self.result, IN_DIRECTORY, ON_CEPH))
        return self.result

    def _empty_result(self, workload: Workload) -> Result:
        about = {
            **machine.about(self.workplace, self.options, self.server),
            "Ceph": self.workplace.output("ceph", "--version").split()[2] + ", one node",
        }
        machine.show(about)
        heap = workload.heap_pages * PAGE / 1e6
        return Result(
            kind="stores",
            name=f"stores-scale-{self.options.scale}",
            title=f"On Ceph, {heap:.0f} MB of heap (scale {self.options.scale})",
            command=self.options.command,
            about=about,
        )

    def _measure(self, work: str, is_first: bool = False) -> None:
        runs: dict[str, list[Run]] = {IN_DIRECTORY: [], ON_CEPH: []}
        for number in range(self.options.runs):
            # Each first backup goes into an empty repository, each later one into the last.
            last = number if is_first else self.options.runs - 1
            for place, known in runs.items():
                if is_first:
                    self.workplace.run(command(place, last, "init"))
                known.append(self.workplace.run(command(place, last, "backup", "--jobs", "2")))
        for place, known in runs.items():
            self.result.note(
                Measurement(
                    work,
                    place,
                    str(command(place, last, "backup", "--jobs", "2")),
                    [round(run.seconds, 4) for run in known],
                    peak_mib=round(max(run.peak_mib for run in known), 1),
                )
            )


def command(place: str, number: int, word: str, *more: str) -> Command:
    """A command on one of the repositories of a place."""
    repository = f"repository-{number}" if place == IN_DIRECTORY else f"s3://{BUCKET}/{number}"
    return Command.of("drydock", word, "--quiet", *more, "--repository", repository)
