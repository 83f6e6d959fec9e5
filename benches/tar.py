#!/usr/bin/env python3
"""Compares tar round trips with GNU tar and with node-tar, which npm extracts by.

    benches/tar.py                         711 made-up packages
    benches/tar.py --scratch DIR           on the filesystem of DIR

`--pattern sequential` with its verification runs beside `tar xzf` of the same archive, `--pattern
npm` with its verification beside node-tar, driven as npm drives it: fifteen archives at once, no
modes and no times set. Each run extracts into a new directory; what was extracted is removed in
front of the next one, outside of what is measured. Warm, interleaved, medians, as in compare.py.

An ext4 that lost many files within the last minutes makes new ones slowly, for it passes over the
numbers of those; a tmpfs or a new filesystem tells more.

Needs Python 3.9, a C compiler as `cc`, GNU tar, and for the second comparison node with npm. Exit
code: 0, 1 if a bar of benches/README.md was missed, 2 if the comparison could not be done.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
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

SEQUENTIAL_BAR = 1.3
NODE_BAR = 5

# As pacote calls it (lib/fetcher.js): links are passed over, modes raised, nothing else set.
NODE_TAR = """
const [module, place, ...archives] = process.argv.slice(1)
const tar = require(module)
const fs = require('fs')
const path = require('path')
const extract = async (archive) => {
  const cwd = path.join(place, 'node_modules', path.basename(archive, '.tgz'))
  await fs.promises.mkdir(cwd, { recursive: true })
  const options = { cwd, noChmod: true, noMtime: true, strip: 1, preserveOwner: false,
    onwarn: (code, message) => { throw new Error(message) },
    filter: (name, entry) => { entry.mode |= 0o600; return !/Link$/.test(entry.type) } }
  await new Promise((done, failed) => fs.createReadStream(archive)
    .pipe(tar.x(options)).on('close', done).on('error', failed))
}
const next = async () => {
  for (let archive = archives.pop(); archive; archive = archives.pop()) await extract(archive)
}
Promise.all(Array.from({ length: 15 }, next)).catch((error) => {
  console.error(error.message)
  process.exit(1)
})
"""


def make_archives(options, scratch):
    """One archive of all made-up packages, and one for each. Returns their paths."""
    place = os.path.join(scratch, "packages")
    os.mkdir(place)
    command = [options.fscan, "tar", place, "--pattern", "npm", "--no-control", "--keep", "-q"]
    command += ["--generated", str(options.packages)]
    made = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if made.returncode != 0:
        raise Stop("the packages could not be made")
    (kept,) = os.listdir(place)
    modules = os.path.join(place, kept, "npm-1", "node_modules")
    whole = os.path.join(scratch, "all.tgz")
    subprocess.run(["tar", "-C", modules, "-czf", whole, "."], check=True)
    each = []
    for name in sorted(os.listdir(modules)):
        folder = os.path.join(modules, name)
        scoped = name.startswith("@")
        for package in sorted(os.listdir(folder)) if scoped else [""]:
            archive = os.path.join(scratch, f"{name}{package and '+'}{package}.tgz")
            with tarfile.open(archive, "w:gz", compresslevel=6) as tgz:
                tgz.add(os.path.join(folder, package), arcname="package")
            each.append(archive)
    shutil.rmtree(place)
    return whole, each


def node_tar():
    """The node-tar of the npm that is installed; none where there is none."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        return None
    for above in (os.path.dirname(os.path.dirname(os.path.realpath(npm))), "/usr/share/nodejs"):
        for module in (os.path.join(above, "node_modules", "tar"), os.path.join(above, "tar")):
            if os.path.isdir(module):
                return module
    return None


def fscan(options, place, pattern, archives):
    command = [options.fscan, "tar", place, "--pattern", pattern, "--no-control", "--keep", "-q"]
    return Contender(f"fscan {pattern}", [*command, "--archive", *archives], FSCAN_EXIT_CODES)


def compare(runner, options):
    with scratch_directory(options.scratch) as scratch:
        whole, each = make_archives(options, scratch)
        place = os.path.join(scratch, "place")

        def before():
            shutil.rmtree(place, ignore_errors=True)
            os.mkdir(place)

        print_setting(options, f"{options.packages:,} packages")
        tar = Contender("tar xzf", ["tar", "-C", place, "-xzf", whole])
        contenders = [fscan(options, place, "sequential", [whole]), tar]
        samples = interleave(runner, contenders, options.rounds, before)
        print_samples(contenders, samples)
        to_tar = ratio(*samples)
        text = f"{to_tar:.2f} (bar: at most {SEQUENTIAL_BAR})"
        bars = [("extraction and verification, fscan / tar xzf", text, to_tar <= SEQUENTIAL_BAR)]
        module = node_tar()
        if module:
            print()
            node = Contender("node-tar", ["node", "-e", NODE_TAR, module, place, *each])
            contenders = [fscan(options, place, "npm", each), node]
            samples = interleave(runner, contenders, options.rounds, before)
            print_samples(contenders, samples)
            faster = 1 / ratio(*samples)
            text = f"{faster:.1f} (bar: at least {NODE_BAR})"
            bars.append(("times faster than node-tar", text, faster >= NODE_BAR))
        else:
            print("npm is not installed: node-tar is left out", file=sys.stderr)
    return print_bars(bars)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=positive, default=711)
    parser.add_argument("--rounds", type=positive, default=7)
    parser.add_argument("--fscan", help="the binary (default: target/release/fscan)")
    parser.add_argument("--scratch", default=default_scratch(), help="where it is extracted")
    options = parser.parse_args(arguments)
    options.threads = len(os.sched_getaffinity(0))
    options.checks = "tar"
    return options


def main(arguments):
    options = parse(arguments)
    try:
        options.fscan = find_fscan(options.fscan)
        with tempfile.TemporaryDirectory() as build:
            met = compare(Runner(build), options)
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 2
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
