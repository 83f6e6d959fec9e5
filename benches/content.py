#!/usr/bin/env python3
"""Compares fscan's full scan, content and manifest included, with tools that hash files.

    benches/content.py TREE                every check, content hashed, manifest written
    benches/content.py --file FILE         one large file

TREE runs beside `find | xargs b3sum` on as many processes as fscan has threads, beside hashdeep and
fclones where they are installed, and beside the calls alone that such a scan makes (floor --content,
which looks at no byte that it reads). FILE runs beside `b3sum FILE`. Warm, interleaved, medians, as in
compare.py, whose way of measuring this is; the manifest is written to a scratch directory (a tmpfs,
if there is one). With --cold the kernel's caches are dropped in front of each run, which needs root:
then the device is what is measured, as on a volume that nobody read lately.

Needs Python 3.9, a C compiler as `cc`, and b3sum. Exit code: 0, 1 if a bar of benches/README.md was
missed, 2 if the comparison could not be done.
"""

import argparse
import os
import shlex
import shutil
import sys
import tempfile

from compare import (
    FSCAN_EXIT_CODES,
    Contender,
    Runner,
    Stop,
    default_scratch,
    find_fscan,
    interleave,
    median,
    mebibytes,
    positive,
    print_bars,
    print_samples,
    print_setting,
    ratio,
    scratch_directory,
)

XARGS_BAR = 0.85
SLOW_PEERS = ("hashdeep", "fclones")
SLOW_PEERS_BAR = 5
FILE_BAR = 1 / 0.95
MEMORY_BAR_BASE = 64 << 20  # bytes
MEMORY_BAR_ENTRY = 60 + 250  # bytes, with a manifest


def tree_contenders(runner, options, scratch):
    """fscan first, then its peers, and at the end what has no bar to meet."""
    threads, tree = options.threads, options.tree
    manifest = os.path.join(scratch, "manifest.jsonl.gz")
    yield Contender(
        "fscan",
        [options.fscan, "--threads", str(threads), tree, "--manifest", manifest],
        FSCAN_EXIT_CODES,
    )
    pipe = (
        f"find {shlex.quote(tree)} -type f -print0 | "
        f"xargs -0 -n 2000 -P {threads} b3sum --num-threads 1"
    )
    yield Contender("xargs b3sum", ["sh", "-c", pipe])
    for name, arguments in [
        ("hashdeep", ["-r", "-c", "sha256", "-j", str(threads), tree]),
        ("fclones", ["group", "--threads", str(threads), "--rf-over", "0", tree]),
    ]:
        if shutil.which(name):
            yield Contender(name, [name, *arguments])
        else:
            print(f"{name} is not installed: left out", file=sys.stderr)
    plain = os.path.join(scratch, "manifest.jsonl")
    yield Contender(
        "fscan, plain manifest",
        [options.fscan, "--threads", str(threads), tree, "--manifest", plain],
        FSCAN_EXIT_CODES,
    )
    yield Contender("floor --content", [runner.inlined, "--content", str(threads), tree])


def file_contenders(options):
    threads = str(options.threads)
    scan = [options.fscan, "--check", "content", "--keep-cache", "--threads", threads]
    yield Contender("fscan", [*scan, options.file], FSCAN_EXIT_CODES)
    yield Contender("b3sum", ["b3sum", "--num-threads", threads, options.file])
    yield Contender(
        "b3sum --no-mmap", ["b3sum", "--no-mmap", "--num-threads", threads, options.file]
    )


def drop_caches():
    """Drops clean pages, names and inodes (proc_sys_vm(5))."""
    try:
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as control:
            control.write("3")
    except OSError as error:
        raise Stop(f"--cold: {error}") from error


def measure(runner, contenders, options):
    """Runs all of them and prints the table. Returns the samples."""
    before = drop_caches if options.cold else lambda: None
    samples = interleave(runner, contenders, options.rounds, before)
    print_samples(contenders, samples)
    return samples


def compare_tree(runner, options):
    entries = runner.count(options.tree)
    with scratch_directory(options.scratch) as scratch:
        contenders = list(tree_contenders(runner, options, scratch))
        print_setting(options, f"{entries:,} entries")
        samples = measure(runner, contenders, options)
    to_xargs = ratio(samples[0], samples[1])
    allowed = MEMORY_BAR_BASE + MEMORY_BAR_ENTRY * entries
    used = median(sample.memory for sample in samples[0])
    bars = [
        (
            "wall time, fscan / xargs b3sum",
            f"{to_xargs:.2f} (bar: at most {XARGS_BAR})",
            to_xargs <= XARGS_BAR,
        ),
        (
            "peak memory of fscan",
            f"{mebibytes(used)} MiB (bar: at most {mebibytes(allowed)} MiB)",
            used <= allowed,
        ),
    ]
    for contender, own in zip(contenders, samples):
        if contender.name not in SLOW_PEERS:
            continue
        faster = 1 / ratio(samples[0], own)
        bars.append(
            (
                f"times faster than {contender.name}",
                f"{faster:.1f} (bar: at least {SLOW_PEERS_BAR})",
                faster >= SLOW_PEERS_BAR,
            )
        )
    return print_bars(bars)


def compare_file(runner, options):
    print_setting(options, f"{os.path.getsize(options.file):,} bytes in one file")
    samples = measure(runner, list(file_contenders(options)), options)
    to_b3sum = ratio(samples[0], samples[1])
    value = f"{to_b3sum:.2f} (bar: at most {FILE_BAR:.2f})"
    return print_bars([("wall time, fscan / b3sum", value, to_b3sum <= FILE_BAR)])


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", metavar="TREE", nargs="?", help="the tree to scan")
    parser.add_argument("--file", help="measure one large file instead")
    parser.add_argument("--threads", type=positive, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=positive, default=7)
    parser.add_argument("--cold", action="store_true", help="drop caches before each run")
    parser.add_argument("--fscan", help="the binary (default: target/release/fscan)")
    parser.add_argument("--scratch", default=default_scratch(), help="where the manifest goes")
    options = parser.parse_args(arguments)
    if bool(options.tree) == bool(options.file):
        parser.error("give either TREE or --file FILE")
    options.checks = "all" if options.tree else "content"
    return options


def main(arguments):
    options = parse(arguments)
    try:
        options.fscan = find_fscan(options.fscan)
        if not shutil.which("b3sum"):
            raise Stop("b3sum is not installed (Debian: b3sum; or cargo install b3sum)")
        with tempfile.TemporaryDirectory() as build:
            runner = Runner(build)
            met = (compare_file if options.file else compare_tree)(runner, options)
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 2
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
