"""What the figures should be, as ratios on the same work in the same run."""

from .result import Check, Measurement, Result
from .tools import DRYDOCK, PEERS, PLAIN, PLAIN_RESTORE, SQL

MEMORY_MIB = 256
# Below this scale the costs that do not grow weigh more: catalog, schema dump, key derivation.
SMALL = 50
# What Drydock calls this page source, and the table the step about it.
SUMMARIES = "WAL summaries"
# Steps that are meant to read every row.
READS_ALL = ("first", "full read")


def of_comparison(result: Result, scale: int, nights: int) -> list[Check]:
    """The table's targets, in the order in which the table shows the work."""
    ours = Figures(result, DRYDOCK.name)
    is_small = scale < SMALL
    first = ours.added("first")
    checks = [
        Check("first / faster peer", ours.over_peers("first"), 0.65 if is_small else 0.55),
        Check(f"first / {PLAIN}", ours.over("first", PLAIN), 1.1 if is_small else 0.9),
        Check("first, size / smaller peer", first / smallest(result, "first"), 1.1),
        Check(
            f"one large table / {PLAIN}",
            ours.over("one large table", PLAIN),
            0.75 if is_small else 0.6,
        ),
        Check(
            "unchanged, page LSNs / faster peer",
            ours.over_peers("unchanged"),
            0.25 if is_small else 0.12,
        ),
        Check(
            "unchanged, every row read / faster peer",
            ours.over_peers("unchanged", "unchanged, full read"),
            0.7 if is_small else 0.6,
        ),
        Check(
            "mixed change / faster peer", ours.over_peers("mixed change"), 0.3 if is_small else 0.15
        ),
        Check("mixed change, bytes added / full copy", ours.added("mixed change") / first, 0.02),
        Check("restore, read back / pg_restore -j2", ours.over("restore", PLAIN_RESTORE), 1.1),
        Check(
            "restore, not read back / pg_restore -j2",
            ours.over("restore", PLAIN_RESTORE, "restore, not read back"),
            0.9,
        ),
        Check(
            "verification at level 3 / restore, read back",
            ours.seconds("verification at level 3") / ours.seconds("restore"),
            # A scratch server, two dumps of the definition and their programs do not grow.
            2.0 if is_small else 1.3,
        ),
        Check("query of one small table", ours.seconds("query of one small table"), 2.0, "s"),
        Check("memory, most of all", ours.most_memory(), MEMORY_MIB, "MiB"),
        Check("start-up, drydock status", ours.seconds("status"), 0.05, "s"),
        wrong_readings(result),
    ]
    if any(item.work == f"unchanged, {SUMMARIES}" for item in result.measurements):
        ratio = ours.over_peers("unchanged", f"unchanged, {SUMMARIES}")
        checks.append(
            Check("unchanged, WAL summaries / faster peer", ratio, 0.25 if is_small else 0.08)
        )
    if nights:
        growth = sum(ours.added(f"night {night}") for night in range(1, nights + 1)) / first
        # 15 % in five nights; in thirty the repository may be two full copies.
        limit = 0.03 * nights if nights <= 5 else nights / 30
        checks.append(Check(f"{nights} nights of 1 % scattered, added / full copy", growth, limit))
    return checks


class Figures:
    """One program's figures beside the others'."""

    def __init__(self, result: Result, tool: str):
        self.result = result
        self.tool = tool

    def seconds(self, work: str) -> float:
        return self.result.find(work, self.tool).median

    def added(self, work: str) -> float:
        return self.result.find(work, self.tool).median_added

    def over(self, work: str, other: str, own_work: str | None = None) -> float:
        """How long it takes, as a part of what another program takes."""
        return self.seconds(own_work or work) / self.result.find(work, other).median

    def over_peers(self, work: str, own_work: str | None = None) -> float:
        """The same beside the faster of the peers."""
        return max(self.over(work, peer.name, own_work) for peer in PEERS)

    def most_memory(self) -> float:
        return max(
            item.peak_mib or 0 for item in self.result.measurements if item.tool == self.tool
        )


def wrong_readings(result: Result) -> Check:
    """Incremental steps without their page source, whose time therefore shows something else."""
    wrong = [
        item
        for item in result.measurements
        if item.reading
        and not item.work.startswith(READS_ALL)
        and (item.reading.startswith("whole") or not names_its_source(item))
    ]
    return Check("steps without the page source that they are about", len(wrong), 0)


def names_its_source(item: Measurement) -> bool:
    return SUMMARIES not in item.work or SUMMARIES in (item.reading or "")


def smallest(result: Result, work: str) -> float:
    return min(result.find(work, peer.name).median_added for peer in PEERS)


def of_growth(result: Result, pages: list[int]) -> list[Check]:
    """What a database of another size may cost, `pages` of heap at each size."""
    full = medians(result, "full read", DRYDOCK.name)
    change = medians(result, "same change", DRYDOCK.name)
    check = medians(result, "page check alone", SQL)
    peaks = [
        item.peak_mib or 0 for item in result.measurements if item.work.startswith("full read")
    ]
    return [
        Check(
            "full read, time per page at 16x / at 4x",
            full[2] / pages[2] / (full[1] / pages[1]),
            1.15,
        ),
        Check(
            "same change, time per further page / page check alone",
            slope(pages, change) / slope(pages, check),
            1.2,
        ),
        Check("memory at 16x / at 1x", peaks[2] / peaks[0], 1.25),
        Check("memory at 16x", peaks[2], MEMORY_MIB, "MiB"),
        wrong_readings(result),
    ]


def of_stores(result: Result, near: str, far: str) -> list[Check]:
    """What a bucket on loopback may cost beside a directory."""
    ratio = {
        work: result.find(work, far).median / result.find(work, near).median
        for work in ("first", "unchanged")
    }
    return [
        Check("first, on Ceph / in a directory", ratio["first"], 1.3),
        Check("unchanged, on Ceph / in a directory", ratio["unchanged"], 2.0),
    ]


def of_replacement(result: Result, lock_timeout: float) -> list[Check]:
    """What a replacing restore may cost those who work meanwhile."""
    checks = []
    for found in result.details["schemas"]:
        name = found["schema"]
        checks += [
            Check(f"{name}: lost or doubled writes", found["lost_or_doubled"], 0),
            # Writers wait for the disk too, which the copy is written to.
            Check(
                f"{name}: a reader's wait before", found["readers_longest_before_ms"], 200, "ms"
            ),
            Check(
                f"{name}: anybody's wait in the exchange",
                max(
                    found["readers_longest_in_exchange_ms"],
                    found["writers_longest_in_exchange_ms"],
                ),
                lock_timeout * 1000,
                "ms",
            ),
        ]
    found = result.details["database"]
    return [
        *checks,
        Check("a database: longest time without an answer", found["longest_without_answer_s"], 2, "s"),
        Check("a database: properties that changed", int(not found["properties_as_before"]), 0),
    ]


def medians(result: Result, work: str, tool: str) -> list[float]:
    """The medians of one work at each size, smallest first."""
    return [
        item.median
        for item in result.measurements
        if item.work.startswith(work) and item.tool == tool
    ]


def slope(places: list[int], values: list[float]) -> float:
    """The slope of the straight line that fits best."""
    middle_place, middle_value = sum(places) / len(places), sum(values) / len(values)
    return sum(
        (x - middle_place) * (y - middle_value) for x, y in zip(places, values, strict=True)
    ) / sum((x - middle_place) ** 2 for x in places)
