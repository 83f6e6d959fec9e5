#!/usr/bin/env python3
"""Scans a tree as one process and in shards, and says whether the results are the same.

    benches/shards.py TREE                 as 1 and as 8 shards
    benches/shards.py --make 1000000       of a tree made for it, on an ext4 image (as root)
    benches/shards.py --shards 32 TREE

The report of the whole scan and that of `fscan merge` must be equal field for field, and the two
manifests byte for byte, but for times, the command line and the memory that happens to be in use.
Beside that it tells what share of the names and of the bytes the largest shard has, how much longer
all shards take together than one process (they run one after the other, each on all processors),
and how long the merge takes. Run on a tree that nobody changes.

Needs Python 3.9; --make needs root, mkfs.ext4 and a loop device, in a mount namespace of its own.
Exit code: 0, 1 if something differs or a shard has more than twice its share, 2 if it could not be
done.
"""

import argparse
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
TIMES = ("started_at", "finished_at", "duration_seconds")
# What the machine was doing at that moment.
PASSING_FACTS = ("memory-used", "space-free", "inodes-free")


class Stop(Exception):
    """The comparison cannot be done; the message says why."""


def make(root, entries):
    """Directories of all sizes and depths, files with names in several of them, links, holes."""
    rng = random.Random(7)
    directories, files, made = [root], [], 0
    while made < entries:
        above = rng.choice(directories[-400:] if rng.random() < 0.8 else directories)
        if above.count("/") - root.count("/") > 9:
            continue
        directory = f"{above}/directory-{made}"
        os.mkdir(directory)
        directories.append(directory)
        made += 1
        for index in range(rng.choice((0, 2, 3, 5, 10, 20, 40))):
            path, kind = f"{directory}/module-{index}.js", rng.random()
            if kind < 0.03 and files:
                os.link(rng.choice(files), path)
            elif kind < 0.05:
                os.symlink("../elsewhere", path)
            else:
                with open(path, "wb") as file:
                    if kind > 0.99:
                        file.seek(rng.randrange(1 << 20))
                    file.write(rng.randbytes(rng.randrange(1200)))
                files.append(path)
            made += 1


def run(fscan, *arguments):
    """Runs fscan to its end, and tells how long it took."""
    begun = time.monotonic()
    done = subprocess.run([fscan, *arguments, "-q", "--no-settings", "--skip", "tar"]
                          if arguments[0] != "merge" else [fscan, *arguments, "-q"],
                          stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 1):
        raise Stop(f"{' '.join(arguments)} ended with {done.returncode}")
    return time.monotonic() - begun


def report(path):
    """A report without what no two runs have in common."""
    whole = json.loads(path.read_text())
    for field in TIMES:
        del whole[field]
    del whole["tool"]["command"]
    for finding in whole["findings"]:
        del finding["first_seen"]
    facts = whole.get("environment", {}).get("facts", [])
    facts[:] = [fact for fact in facts if fact["name"] not in PASSING_FACTS]
    return json.dumps(whole, indent=1).splitlines()


def manifest(path):
    """Header, entries and footer, the header's time and the hashes of the header left out."""
    with gzip.open(path) as lines:
        first, *entries, last = lines.read().splitlines()
    header, footer = json.loads(first), json.loads(last)
    del header["created_at"]
    for field in ("header", "stored"):
        footer.pop(field, None)
    return header, entries, footer


def compare(fscan, tree, count, scratch):
    """Prints what came of it; false where something differs or one shard has too much."""
    one, merged = scratch / "one", scratch / "merged"
    whole = run(fscan, tree, "-o", f"{one}.json", "--manifest", f"{one}.jsonl.gz")
    took, totals = [], []
    for index in range(count):
        part = f"{scratch}/{index}"
        took.append(run(fscan, tree, "--shard", f"{index}/{count}", "--facts", f"{part}.facts.gz",
                        "--manifest", f"{part}.jsonl.gz", "-o", f"{part}.json"))
        totals.append(json.loads(pathlib.Path(f"{part}.json").read_text())["totals"])
    parts = [f"{scratch}/{index}.{kind}" for index in range(count)
             for kind in ("facts.gz", "jsonl.gz")]
    merging = run(fscan, "merge", *parts, "-o", f"{merged}.json", "--manifest",
                  f"{merged}.jsonl.gz")
    print(f"one process {whole:.1f} s; {count} shards {sum(took):.1f} s together, the longest "
          f"{max(took):.1f} s; merge with manifests {merging:.1f} s")
    fair = True
    for field in ("entries", "bytes_apparent"):
        values = [total[field] for total in totals]
        share = max(values) * count / max(1, sum(values))
        fair = fair and (share <= 2 or field != "entries")
        print(f"{field}: {sum(values):,}; the largest shard has {share:.2f} times its share")
    same = True
    for what, read, end in (("reports", report, "json"), ("manifests", manifest, "jsonl.gz")):
        first, second = read(pathlib.Path(f"{one}.{end}")), read(pathlib.Path(f"{merged}.{end}"))
        print(f"{what}: {'equal' if first == second else 'NOT EQUAL'}")
        same = same and first == second
    return same and fair


def with_image(arguments, scratch):
    """Makes the tree on an image and mounts it read-only; `main` saw to a mount namespace."""
    image, point = scratch / "image", scratch / "mount"
    point.mkdir()
    size = arguments.make * 12 // 1000 + 200
    steps = (["truncate", "-s", f"{size}M", image],
             ["mkfs.ext4", "-q", "-F", "-N", str(arguments.make * 2), image],
             ["mount", "-o", "loop", image, point])
    for step in steps:
        subprocess.run(step, check=True)
    make(str(point), arguments.make)
    subprocess.run(["mount", "-o", "remount,ro", point], check=True)
    return point


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", nargs="?", metavar="TREE")
    parser.add_argument("--make", type=int, metavar="ENTRIES")
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--fscan", default=str(REPOSITORY / "target/release/fscan"))
    parser.add_argument("--scratch", default=None, help="where the results and the image go")
    arguments = parser.parse_args()
    if (arguments.tree is None) == (arguments.make is None):
        parser.error("give a TREE or --make ENTRIES")
    if arguments.make and "FSCAN_BENCH_UNSHARED" not in os.environ:
        environment = {**os.environ, "FSCAN_BENCH_UNSHARED": "1"}
        os.execvpe("unshare", ["unshare", "-m", sys.executable, *sys.argv], environment)
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        scratch = pathlib.Path(scratch)
        tree = arguments.tree
        try:
            if arguments.make:
                tree = str(with_image(arguments, scratch))
            return 0 if compare(arguments.fscan, tree, arguments.shards, scratch) else 1
        except (Stop, OSError, subprocess.CalledProcessError) as error:
            print(f"{sys.argv[0]}: {error}", file=sys.stderr)
            return 2
        finally:
            if arguments.make:
                subprocess.run(["umount", scratch / "mount"], check=False)


if __name__ == "__main__":
    sys.exit(main())
