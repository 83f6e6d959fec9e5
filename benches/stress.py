#!/usr/bin/env python3
"""Compares fscan stress with a C loop of the same calls, and with fsstress.

    benches/stress.py                      create, rename and unlink on one target
    benches/stress.py --scratch DIR        on the filesystem of DIR

`fscan stress --operations create,rename,unlink`, every outcome checked against the model, the tree
compared and scanned now and then, runs beside stress.c, which makes the same calls by names chosen
at random and looks at nothing, and beside `fsstress -f creat -f unlink -f rename` where that is
installed (xfstests). Interleaved, medians, as in compare.py.

Needs Python 3.9 and a C compiler as `cc`. Exit code: 0, 1 if a bar of benches/README.md was missed,
2 if the comparison could not be done.
"""

import argparse
import os
import shutil
import subprocess
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
    positive,
    print_bars,
    print_samples,
    print_setting,
    ratio,
    scratch_directory,
)

BAR = 0.5
HERE = os.path.dirname(os.path.abspath(__file__))


def build_loop(build):
    loop = os.path.join(build, "stress")
    source = os.path.join(HERE, "stress.c")
    built = subprocess.run(["cc", "-O2", "-Wall", "-o", loop, source], check=False)
    if built.returncode != 0:
        raise Stop("stress.c could not be built")
    return loop


def fscan(options, place):
    command = [options.fscan, "stress", f"target={place}", "--operations", "create,rename,unlink"]
    command += ["--ops", str(options.operations), "--seed", "1", "--progress", "never", "-q"]
    return Contender("fscan stress", command, FSCAN_EXIT_CODES)


def fsstress(options, place):
    mix = ["-z", "-f", "creat=1", "-f", "unlink=1", "-f", "rename=1"]
    command = ["fsstress", *mix, "-d", place, "-n", str(options.operations), "-p", "1"]
    return Contender("fsstress", command)


def compare(runner, options, build):
    with scratch_directory(options.scratch) as scratch:
        place = os.path.join(scratch, "place")

        def before():
            shutil.rmtree(place, ignore_errors=True)
            os.mkdir(place)

        print_setting(options, f"{options.operations:,} operations")
        loop = [build_loop(build), place, str(options.operations)]
        contenders = [fscan(options, place), Contender("C loop", loop)]
        if shutil.which("fsstress"):
            contenders.append(fsstress(options, place))
        else:
            print("fsstress is not installed: it is left out", file=sys.stderr)
        samples = interleave(runner, contenders, options.rounds, before)
        print_samples(contenders, samples)
        share = 1 / ratio(samples[0], samples[1])
        text = f"{share:.2f} (bar: at least {BAR})"
        bars = [("operations a second, fscan / C loop", text, share >= BAR)]
        if len(samples) > 2:
            faster = 1 / ratio(samples[0], samples[2])
            text = f"{faster:.2f} (bar: above 1)"
            bars.append(("operations a second, fscan / fsstress", text, faster > 1))
    return print_bars(bars)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--operations", type=positive, default=300_000)
    parser.add_argument("--rounds", type=positive, default=9)
    parser.add_argument("--fscan", help="the binary (default: target/release/fscan)")
    parser.add_argument("--scratch", default=default_scratch(), help="where it is done")
    options = parser.parse_args(arguments)
    options.threads = 1
    options.checks = "stress"
    return options


def main(arguments):
    options = parse(arguments)
    try:
        options.fscan = find_fscan(options.fscan)
        with tempfile.TemporaryDirectory() as build:
            met = compare(Runner(build), options, build)
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 2
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
