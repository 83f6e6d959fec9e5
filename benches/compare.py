#!/usr/bin/env python3
"""Compares fscan's metadata scan with the system-call floor and with its peers.

    benches/compare.py TREE                the metadata checks: entries, inodes, links
    benches/compare.py --open TREE         and those that open every file
    benches/compare.py --growth            from 100,000 to 2,000,000 entries

The contenders run one after the other, A B C ... A B C ..., after a warm-up
round that is not counted. For each the medians over the rounds are printed:
wall seconds, processor seconds (user and system), peak resident memory, and
the ratio of fscan's wall time to the contender's in the same round. A peer
that is not installed is said and left out. Output goes to /dev/null.

--growth makes its trees in a scratch directory (a tmpfs, if there is one) and
removes them, also after Ctrl-C and SIGTERM. It prints microseconds and bytes
of peak memory an entry. The floor runs beside fscan: what grows there is the
kernel's share.

Needs Python 3.9 and a C compiler as `cc`. Exit code: 0, 1 if a bar of
benches/README.md was missed, 2 if the comparison could not be done.
"""

import argparse
import contextlib
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass

BENCHES = pathlib.Path(__file__).resolve().parent

METADATA_CHECKS = "entries,inodes,links"
OPEN_CHECKS = METADATA_CHECKS + ",extents,allocation,attributes"
# 0: nothing found, 1: findings, 3: something stayed unchecked. All are whole scans.
FSCAN_EXIT_CODES = (0, 1, 3)

FLOOR_BAR = 1.15
GROWTH_BAR = 1.15
MEMORY_BAR_BASE = 64 << 20  # bytes
MEMORY_BAR_ENTRY = 60  # bytes

GROWTH_SIZES = (100_000, 500_000, 2_000_000)
FILES_A_DIRECTORY = 50
# Kernel memory for a tmpfs inode with its dentry, rounded up.
TMPFS_BYTES_AN_ENTRY = 1536

END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(Exception):
    """The comparison cannot be done; the message says why."""


@dataclass(frozen=True)
class Sample:
    """What one run of one contender used."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    memory: int  # bytes, the peak of the resident set


@dataclass(frozen=True)
class Contender:
    name: str
    command: list
    exit_codes: tuple = (0, 1)  # others end the comparison


class Runner:
    """Runs commands through timed.c, and ends them when it is interrupted."""

    def __init__(self, build):
        self.floor = compile_c(build, "floor", "-DFLOOR_LIBC")
        self.inlined = compile_c(build, "floor")
        self.timed = compile_c(build, "timed")

    def run(self, contender):
        """One run. Returns a Sample."""
        reader, writer = os.pipe()
        with open(reader, encoding="ascii") as report, tempfile.TemporaryFile() as messages:
            process = subprocess.Popen(
                [self.timed, str(writer), *contender.command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=messages,
                pass_fds=[writer],
                start_new_session=True,
            )
            os.close(writer)
            try:
                line = report.read()
                process.wait()
            except BaseException:
                # Its own session, so that this ends the command too.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
            messages.seek(0)
            return read_sample(contender, line, messages.read())

    def count(self, tree):
        """The entries below `tree`, as the floor counts them."""
        result = subprocess.run(
            [self.floor, "1", tree], capture_output=True, text=True, check=False
        )
        if result.returncode > 1:
            raise Stop(result.stderr.strip())
        return int(result.stdout.split()[0])


def read_sample(contender, line, messages):
    """Reads the line that timed.c wrote for one run."""
    fields = line.split()
    code = os.waitstatus_to_exitcode(int(fields[4])) if len(fields) == 5 else None
    if code not in contender.exit_codes:
        last = messages.decode(errors="replace").strip().splitlines()[-1:]
        ended = "could not be run" if code is None else f"ended with {code}"
        raise Stop(": ".join([f"{contender.name} {ended}", *last]))
    wall, user, system = map(float, fields[:3])
    return Sample(wall, user + system, int(fields[3]) * 1024)


def compile_c(build, name, *defines):
    """Compiles benches/NAME.c into `build`. Returns the program's path."""
    program = os.path.join(build, name + "".join(defines))
    source = str(BENCHES / f"{name}.c")
    try:
        result = subprocess.run(
            ["cc", "-O2", "-pthread", *defines, "-o", program, source],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise Stop("no C compiler: install gcc or clang, so that `cc` is found") from None
    if result.returncode != 0:
        raise Stop(f"{source} does not compile:\n{result.stderr}")
    return program


def fscan_contender(options, tree):
    command = [options.fscan, "--quick", "--check", options.checks]
    command += ["--threads", str(options.threads), tree]
    return Contender("fscan", command, FSCAN_EXIT_CODES)


def floor_contender(program, name, options, tree):
    mode = ["--open"] if options.open else []
    return Contender(" ".join([name, *mode]), [program, *mode, str(options.threads), tree])


def peers(threads, tree):
    """The peers that are installed; says which are not."""
    line = "%i %n %s\\n"
    wanted = [
        ("find", ["find"], [tree, "-printf", line]),
        ("bfs", ["bfs"], [tree, "-printf", line]),
        # Debian's name for it is fdfind.
        ("fd", ["fd", "fdfind"], ["-HI", "-j", str(threads), "-t", "f", "-S", "+1k", ".", tree]),
    ]
    for name, programs, arguments in wanted:
        program = next(filter(None, map(shutil.which, programs)), None)
        if program:
            yield Contender(name, [program, *arguments])
        else:
            print(f"{name} is not installed: left out", file=sys.stderr)


def interleave(runner, contenders, rounds, before=lambda: None):
    """Runs A B C ... A B C ..., `before` in front of each. Returns the samples of each, in round
    order."""
    samples = [[] for _ in contenders]
    for number in range(rounds + 1):
        step = f"round {number} of {rounds}" if number else "warm-up"
        for contender, own in zip(contenders, samples):
            progress(f"{step}: {contender.name}")
            before()
            sample = runner.run(contender)
            if number > 0:
                own.append(sample)
    progress("")
    return samples


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def median(values):
    return statistics.median(list(values))


def ratio(ours, theirs):
    """The median of the per-round ratio of wall times."""
    return median(a.wall / b.wall for a, b in zip(ours, theirs))


def mebibytes(size):
    return f"{size / (1 << 20):.1f}"


def print_table(header, rows):
    """A Markdown table, aligned: the first column left, the others right."""
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    for row in (header, rule, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("| " + " | ".join(cells) + " |")


def print_samples(contenders, samples):
    """A table of medians, with the ratio of the first contender's time to each."""
    rows = [
        [
            contender.name,
            f"{median(s.wall for s in own):.3f}",
            f"{median(s.cpu for s in own):.3f}",
            mebibytes(median(s.memory for s in own)),
            f"{ratio(samples[0], own):.2f}",
        ]
        for contender, own in zip(contenders, samples)
    ]
    print_table(["contender", "wall s", "cpu s", "peak MiB", "fscan / it"], rows)


def print_bars(bars):
    """Prints each (what, text of the value, met). Returns whether all are met."""
    print()
    for what, value, met in bars:
        print(f"{'met   ' if met else 'MISSED'}  {what}: {value}")
    return all(met for _, _, met in bars)


def memory_bar(what, samples, entries):
    used = median(sample.memory for sample in samples)
    allowed = MEMORY_BAR_BASE + MEMORY_BAR_ENTRY * entries
    value = f"{mebibytes(used)} MiB (bar: at most {mebibytes(allowed)} MiB)"
    return what, value, used <= allowed


def compare(runner, options):
    """One tree, every contender. Returns whether the bars are met."""
    entries = runner.count(options.tree)
    contenders = [
        fscan_contender(options, options.tree),
        floor_contender(runner.floor, "floor", options, options.tree),
        floor_contender(runner.inlined, "inlined floor", options, options.tree),
        *peers(options.threads, options.tree),
    ]
    print_setting(options, f"{entries:,} entries")
    samples = interleave(runner, contenders, options.rounds)
    fscan, floor = samples[:2]
    print_samples(contenders, samples)
    to_floor = ratio(fscan, floor)
    return print_bars(
        [
            (
                f"wall time, fscan / {contenders[1].name}",
                f"{to_floor:.2f} (bar: at most {FLOOR_BAR})",
                to_floor <= FLOOR_BAR,
            ),
            memory_bar("peak memory of fscan", fscan, entries),
        ]
    )


def growth(runner, options):
    """Trees of growing size. Returns whether the bars are met."""
    with scratch_directory(options.scratch) as scratch:
        require_room(scratch, sum(options.sizes))
        contenders = []
        for size in options.sizes:
            progress(f"making a tree of {size:,} entries")
            tree = os.path.join(scratch, f"tree-{size}")
            make_tree(tree, size)
            contenders.append(fscan_contender(options, tree))
            contenders.append(floor_contender(runner.floor, "floor", options, tree))
        progress("")
        print_setting(options, "growth")
        samples = interleave(runner, contenders, options.rounds)
        return print_growth(contenders, samples, options.sizes)


def print_growth(contenders, samples, sizes):
    """Prints the growth of fscan and of the floor, whose samples alternate."""
    rows, ratios = [], []
    for which in (0, 1):
        name, own = contenders[which].name, samples[which::2]
        for size, runs in zip(sizes, own):
            time = median(s.wall for s in runs) * 1e6 / size
            memory = median(s.memory for s in runs)
            rows.append(
                [name, f"{size:,}", f"{time:.3f}", f"{memory / size:.1f}", mebibytes(memory)]
            )
        ratios.append(ratio(own[-1], own[0]) * sizes[0] / sizes[-1])
    print_table(["contender", "entries", "µs an entry", "bytes an entry", "peak MiB"], rows)

    fscan = samples[0::2]
    added = median(large.memory - small.memory for large, small in zip(fscan[-1], fscan[0]))
    span = max(sizes[-1] - sizes[0], 1)
    print(f"\nmemory for each further entry: {added / span:.1f} bytes")
    print(f"time an entry, largest / smallest, floor: {ratios[1]:.2f}")
    bars = [
        (
            "time an entry, largest / smallest, fscan",
            f"{ratios[0]:.2f} (bar: below {GROWTH_BAR})",
            ratios[0] < GROWTH_BAR,
        )
    ]
    for size, runs in zip(sizes, fscan):
        bars.append(memory_bar(f"peak memory at {size:,} entries", runs, size))
    return print_bars(bars)


def print_setting(options, subject):
    print(
        f"{subject}, {options.threads} threads, {options.rounds} rounds, "
        f"Linux {platform.release()}, {os.cpu_count()} processors, checks {options.checks}\n"
    )


def make_tree(tree, entries):
    """Makes exactly `entries` entries: files by fifties, three directories deep."""
    os.mkdir(tree)
    left, leaf = entries, 0
    while left > 0:
        path = tree
        for digit in (leaf // 2500, leaf // 50 % 50, leaf % 50):
            path = os.path.join(path, f"directory-{digit:02}")
            if left > 0 and not os.path.isdir(path):
                os.mkdir(path)
                left -= 1
        if left == 0:
            break
        files = min(FILES_A_DIRECTORY, left)
        make_files(path, files)
        left -= files
        leaf += 1


def make_files(directory, count):
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for number in range(count):
            os.mknod(f"file-{number:02}.js", 0o100644, dir_fd=handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def scratch_directory(parent):
    """A directory that is gone afterwards, whatever happens meanwhile."""
    path = tempfile.mkdtemp(prefix="fscan-compare-", dir=parent)
    try:
        yield path
    finally:
        before = [signal.signal(number, signal.SIG_IGN) for number in END_SIGNALS]
        progress(f"removing {path}")
        shutil.rmtree(path)
        progress("")
        for number, handler in zip(END_SIGNALS, before):
            signal.signal(number, handler)


def require_room(scratch, entries):
    room = os.statvfs(scratch)
    if room.f_files and room.f_favail < entries:
        raise Stop(
            f"{os.path.dirname(scratch)} has {room.f_favail:,} free inodes, {entries:,} are "
            "needed: name another place with --scratch, or smaller trees with --sizes"
        )
    memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if memory < entries * TMPFS_BYTES_AN_ENTRY:
        print("little free memory: the kernel may not keep the trees cached", file=sys.stderr)


def default_scratch():
    """The usual tmpfs where it can be written to, else the temporary directory."""
    shared = "/dev/shm"
    return shared if os.access(shared, os.W_OK | os.X_OK) else tempfile.gettempdir()


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def sizes(text):
    return sorted(positive(part.replace("_", "")) for part in text.split(","))


def parse(arguments):
    about = __doc__.splitlines()[0]
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("tree", metavar="TREE", nargs="?", help="the tree to walk")
    parser.add_argument("--growth", action="store_true", help="measure trees of growing size")
    parser.add_argument("--open", action="store_true", help="add the checks that open files")
    parser.add_argument("--threads", type=positive, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=positive, help="default: 11, with --growth 5")
    parser.add_argument("--fscan", help="the binary (default: target/release/fscan)")
    parser.add_argument("--scratch", default=default_scratch(), help="where --growth works")
    parser.add_argument("--sizes", type=sizes, default=list(GROWTH_SIZES), help="for --growth")
    options = parser.parse_args(arguments)
    if bool(options.tree) == options.growth:
        parser.error("give either TREE or --growth")
    options.rounds = options.rounds or (5 if options.growth else 11)
    options.checks = OPEN_CHECKS if options.open else METADATA_CHECKS
    return options


def find_fscan(given):
    path = given or str(BENCHES.parent / "target" / "release" / "fscan")
    found = shutil.which(path)
    if not found:
        raise Stop(f"{path} is not there: cargo build --release, or name it with --fscan")
    return found


def terminate(number, _frame):
    """Unwinds, so that everything temporary is removed."""
    sys.exit(128 + number)


def main():
    options = parse(sys.argv[1:])
    for number in END_SIGNALS:
        signal.signal(number, terminate)
    try:
        options.fscan = find_fscan(options.fscan)
        with tempfile.TemporaryDirectory(prefix="fscan-compare-") as build:
            runner = Runner(build)
            met = growth(runner, options) if options.growth else compare(runner, options)
        return 0 if met else 1
    except (Stop, OSError) as error:
        print(f"\ncompare.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
