"""One call of `scripts/bench`, from its words to its exit code."""

import signal
import sys
import traceback

from . import footprint, needs, options, page, terabyte
from .comparison import Comparison
from .failure import CannotMeasure
from .growth import Growth
from .options import Options
from .replacement import Replacement
from .result import Result
from .server import PrivateServer
from .stores import Stores
from .workplace import Workplace

MET, MISSED, NOT_MEASURED, INTERRUPTED = 0, 1, 2, 130


def main(words: list[str]) -> int:
    asked = options.parse(words)
    # Ends as Ctrl-C does, so that the server and the directory go in every case.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if asked.mode == "docs-only":
            print(f"# {page.write()}")
            return MET
        if asked.mode == "footprint":
            return MET if footprint.run(asked) else MISSED
        result = measure(asked)
        keep(result, asked)
    except CannotMeasure as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return NOT_MEASURED
    except KeyboardInterrupt:
        print("bench: interrupted; everything that it started is gone", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        # A mistake of this program must not look like a missed target.
        traceback.print_exc()
        return NOT_MEASURED
    return MET if result.meets_every_target else MISSED


def measure(asked: Options) -> Result:
    """Looks whether everything is there, then measures."""
    if asked.mode == "terabyte":
        return terabyte.run(asked)
    if asked.mode not in ("stores", "replace"):
        needs.check_peers()
    binaries = needs.find_binaries(asked)
    drydock = needs.find_drydock(asked)
    print(f"# {asked.command}", flush=True)
    with Workplace(binaries, drydock) as workplace, PrivateServer(workplace, binaries) as server:
        kinds = {"growth": Growth, "stores": Stores, "replace": Replacement}
        return kinds.get(asked.mode, Comparison)(asked, workplace, server).run()


def keep(result: Result, asked: Options) -> None:
    """Writes the result where it was asked for, and the page from all results."""
    if asked.json:
        result.write(asked.json)
    if asked.writes_docs:
        result.write(page.RESULTS / f"{result.name}.json")
        print(f"# {page.write()}")


sys.exit(main(sys.argv[1:]))
