"""Command lines: shown as one would type them, run without a shell, measured."""

import os
import shlex
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .failure import CannotMeasure


@dataclass(frozen=True)
class Run:
    """What one run of a command took."""

    seconds: float
    # Resident memory of the largest process at its peak, as the kernel counts it.
    peak_mib: float


@dataclass(frozen=True)
class Command:
    """Programs that start together: joined by pipes, or side by side."""

    programs: tuple[tuple[str, ...], ...]
    is_pipeline: bool = True

    @staticmethod
    def of(*words: str) -> "Command":
        return Command((words,))

    @staticmethod
    def pipeline(*programs: list[str]) -> "Command":
        return Command(tuple(map(tuple, programs)))

    @staticmethod
    def side_by_side(*programs: list[str]) -> "Command":
        return Command(tuple(map(tuple, programs)), is_pipeline=False)

    def __str__(self) -> str:
        return (" | " if self.is_pipeline else " & ").join(map(shlex.join, self.programs))

    def run(self, directory: Path, environment: dict[str, str]) -> Run:
        """Runs it to its end; whatever interrupts that also ends what it has started."""
        with tempfile.TemporaryFile() as errors:
            processes: list[subprocess.Popen[bytes]] = []
            started = time.monotonic()
            try:
                for program in self.programs:
                    processes.append(
                        self._start(program, processes, directory, environment, errors)
                    )
                peaks = [wait(process) for process in processes]
            except BaseException:
                for process in processes:
                    end(process)
                raise
            seconds = time.monotonic() - started
            if any(process.returncode for process in processes):
                errors.seek(0)
                codes = ", ".join(str(process.returncode) for process in processes)
                said = errors.read().decode(errors="replace")[-4000:]
                raise CannotMeasure(f"This ended with exit code {codes}: {self}\n{said}")
        return Run(seconds, max(peaks))

    def _start(self, program, earlier, directory, environment, errors) -> "subprocess.Popen[bytes]":
        before = earlier[-1] if self.is_pipeline and earlier else None
        is_read = self.is_pipeline and len(earlier) < len(self.programs) - 1
        process = subprocess.Popen(
            program,
            cwd=directory,
            env=environment,
            stdin=before.stdout if before else subprocess.DEVNULL,
            stdout=subprocess.PIPE if is_read else subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        if before and before.stdout:
            # Only the reader may hold it, so that the writer learns when the reader is gone.
            before.stdout.close()
        return process


def wait(process: "subprocess.Popen[bytes]") -> float:
    """Waits for the end; returns the peak memory in MiB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ends a process that still runs, and all that it has started."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def output(words: list[str], directory: Path, environment: dict[str, str]) -> str:
    """What a program prints."""
    done = subprocess.run(
        words,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = done.stderr[-4000:]
        raise CannotMeasure(
            f"This ended with exit code {done.returncode}: {shlex.join(words)}\n{said}"
        )
    return done.stdout.strip()
