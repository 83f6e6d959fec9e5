#!/usr/bin/env python3
"""Compares `fscan diff` of two large manifests with what zcat needs for both.

    benches/diff.py                        1,000,000 entries a side
    benches/diff.py --entries 100000       fewer

Writes two manifests into a scratch directory (removed at the end): a tree
shaped like node_modules, and the same with every 1000th file changed, missing
or added. Then `fscan diff A B` and `zcat A B > /dev/null` run in turn, after a
warm-up round that is not counted; the median of the ratios within each round
is held against the bar of benches/README.md.

Needs Python 3.9, b3sum, gzip and zcat. Exit code: 0, 1 if the bar was missed,
2 if the comparison could not be done.
"""

import argparse
import gzip
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
BAR = 1.5
FILES_A_DIRECTORY = 30
# 0: nothing found, 1: findings. Both are whole comparisons.
FSCAN_EXIT_CODES = (0, 1)


class Stop(Exception):
    """The comparison cannot be done; the message says why."""


def lines(entries, changed):
    """The entry lines of a tree, with or without the changes."""
    rng = random.Random(7)
    yield {"path": "", "type": "directory", "mode": "0755", "uid": 1000, "gid": 1000,
           "mtime": [1_700_000_000, 0]}
    for index in range(entries - 1):
        directory, place = divmod(index, FILES_A_DIRECTORY)
        seconds, size = 1_700_000_000 + index // 10, rng.randrange(1, 100_000)
        owner = {"uid": 1000, "gid": 1000}
        time_ = {"mtime": [seconds, rng.randrange(10**9)]}
        content = rng.getrandbits(256)
        name = f"package-{directory:07}"
        if place == 0:
            yield {"path": name, "type": "directory", "mode": "0755", **owner, **time_}
            continue
        if changed and index % 3000 == 1:
            continue
        if changed and index % 3000 == 1001:
            content ^= 1
        if changed and index % 3000 == 2001:
            name += "/added"
            content ^= 1
        path = f"{name}/file-{place:03}.module.js" if "/" not in name else name
        yield {"path": path, "mode": "0644", **owner, "size": size, **time_,
               "hash": f"{content:064x}"}


def write(path, entries, changed, b3sum):
    """Writes a manifest, compressed, without the parts that are optional."""
    counts = dict.fromkeys(("entries", "directories", "files", "symlinks", "bytes", "unread"), 0)
    tree = list(lines(entries, changed))
    tree.sort(key=lambda line: os.fsencode(line["path"]).replace(b"/", b"\0"))
    for line in tree:
        counts["entries"] += 1
        counts["directories" if "type" in line else "files"] += 1
        counts["bytes"] += line.get("size", 0)
    header = {"fscan_manifest": 1, "tool": "benches/diff.py", "root": "/home/coder",
              "created_at": "2026-01-01T00:00:00Z", **counts}
    compact = (",", ":")
    body = "".join(json.dumps(line, separators=compact) + "\n" for line in tree).encode()
    digest = subprocess.run([b3sum, "--no-names"], input=body, stdout=subprocess.PIPE,
                            check=True).stdout.decode().strip()
    footer = {"end": True, **counts, "digest": digest}
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(json.dumps(header, separators=compact).encode() + b"\n")
        out.write(body)
        out.write(json.dumps(footer, separators=compact).encode() + b"\n")


def timed(command, allowed):
    """Wall seconds of a command."""
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    took = time.perf_counter() - began
    if done.returncode not in allowed:
        raise Stop(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()}")
    return took


def compare(arguments, folder):
    """Runs the two in turn and tells the ratio."""
    before, after = folder / "before.jsonl.gz", folder / "after.jsonl.gz"
    print(f"writing 2 manifests of {arguments.entries:,} entries to {folder}", file=sys.stderr)
    write(before, arguments.entries, False, arguments.b3sum)
    write(after, arguments.entries, True, arguments.b3sum)
    ours, zcats = [], []
    for round_ in range(arguments.rounds + 1):
        our = timed([arguments.fscan, "diff", before, after], FSCAN_EXIT_CODES)
        zcat = timed(["zcat", before, after], (0,))
        if round_ > 0:
            ours.append(our)
            zcats.append(zcat)
    ratio = statistics.median(our / zcat for our, zcat in zip(ours, zcats))
    sizes = [path.stat().st_size for path in (before, after)]
    print(f"manifests   {sizes[0]:,} and {sizes[1]:,} bytes")
    print(f"fscan diff  {statistics.median(ours):.3f} s")
    print(f"zcat both   {statistics.median(zcats):.3f} s")
    print(f"ratio       {ratio:.2f} (bar: under {BAR})")
    return ratio < BAR


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fscan", default=str(REPOSITORY / "target/release/fscan"))
    parser.add_argument("--b3sum", default="b3sum")
    arguments = parser.parse_args()
    for tool in (arguments.fscan, arguments.b3sum, "zcat"):
        if shutil.which(tool) is None:
            raise Stop(f"{tool} is not there")
    with tempfile.TemporaryDirectory(prefix="fscan-diff-") as folder:
        return 0 if compare(arguments, pathlib.Path(folder)) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stop as stop:
        print(f"diff.py: {stop}", file=sys.stderr)
        sys.exit(2)
