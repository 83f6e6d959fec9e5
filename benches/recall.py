#!/usr/bin/env python3
"""Measures how many damaged ext4 images fscan recognises while they are mounted.

    recall.py [--read-only] [--fscan FILE] FOLDER...

Looks for images (`image.gz`, `*.img`, `*.img.gz`) below each FOLDER, such as the `tests` of an
e2fsprogs source tree. Each is mounted in a mount namespace of its own and unmounted again, so that
the kernel replays its journal; what `e2fsck -fn` then says is the verdict to compare with. A fresh
copy is mounted for a scan as root and another for one as nobody. An image counts as recognised
where the exit code is 1. Needs root; mounts nothing but copies in a scratch folder.
"""

import argparse
import concurrent.futures
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BENCHES = pathlib.Path(__file__).resolve().parent
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
USERS = {"root": [], "nobody": NOBODY}
# A check or a scan of a badly damaged image may not end by itself.
LONGEST = 60
UNMOUNTABLE = 77
# Mounts "$1" on "$2" with "$3", runs the rest, unmounts.
MOUNTED = f"""
mount --make-rprivate /
image=$1 point=$2 options=$3; shift 3
mount -o "loop,$options" "$image" "$point" 2>/dev/null || exit {UNMOUNTABLE}
"$@"
code=$?
umount "$point" || umount -l "$point"
exit $code
"""


class Judged:
    """What e2fsck and fscan say of one image."""

    def __init__(self, name):
        self.name = name
        self.damaged = None
        self.mounted = False
        self.codes = {}
        self.exits = {}


def in_namespace(image, point, options, command, output=subprocess.DEVNULL):
    """Runs a command while an image is mounted. Returns its exit code."""
    line = ["unshare", "-m", "bash", "-c", MOUNTED, "bash", image, point, options]
    return subprocess.run(
        [*line, "timeout", str(LONGEST), *command], stdout=output, stderr=subprocess.DEVNULL
    ).returncode


def is_damaged(image):
    """e2fsck's verdict, or None if it has none."""
    line = ["timeout", str(LONGEST), "e2fsck", "-fn", image]
    code = subprocess.run(
        line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode
    # 124: it went on for ever, which only damage makes it do.
    return True if code & 4 or code == 124 else False if code in (0, 1) else None


def judge(path, options, fscan):
    """Judges one image."""
    judged = Judged(path.parent.name if path.name == "image.gz" else path.name)
    with tempfile.TemporaryDirectory(prefix="fscan-recall-") as scratch:
        os.chmod(scratch, 0o755)
        image, point = os.path.join(scratch, "image"), os.path.join(scratch, "mnt")
        os.mkdir(point)
        opened = gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
        with opened as source, open(image, "wb") as target:
            shutil.copyfileobj(source, target)
        # Read-only images stay as they are; else what the kernel recovers at mount is no damage.
        if in_namespace(image, point, options, ["true"]) == UNMOUNTABLE:
            return judged
        judged.mounted, judged.damaged = True, is_damaged(image)
        for user, become in USERS.items():
            copy, report = f"{image}-{user}", f"{scratch}/report-{user}"
            shutil.copy(image, copy)
            command = [*become, fscan, "--quick", "--format", "json", point]
            with open(report, "wb") as output:
                judged.exits[user] = in_namespace(copy, point, options, command, output)
            judged.codes[user] = codes_in(report)
    return judged


def codes_in(report):
    """The codes of what was suspect or corrupt."""
    try:
        findings = json.loads(pathlib.Path(report).read_bytes())["findings"]
    except (ValueError, KeyError):
        return ["no report"]
    grave = (f for f in findings if f["severity"] in ("suspect", "corrupt"))
    return sorted({f["code"] for f in grave})


def show(judgements):
    """Prints recall, what was missed, and what was found where e2fsck finds nothing."""
    mounted = [one for one in judgements if one.mounted]
    damaged = [one for one in mounted if one.damaged]
    clean = [one for one in mounted if one.damaged is False]
    print(f"{len(judgements)} images, {len(mounted)} mounted, {len(damaged)} damaged, {len(clean)} clean")
    for user in USERS:
        found = sum(one.exits[user] == 1 for one in damaged)
        print(f"recognised as {user}: {found} of {len(damaged)}, {100 * found / max(len(damaged), 1):.1f} %")
    print("\nmissed")
    for one in damaged:
        missed = [user for user in USERS if one.exits[user] != 1]
        if missed:
            print(f"  {one.name}: as {', '.join(missed)}")
    print("\nfound where e2fsck finds nothing")
    for one in clean:
        for user in USERS:
            if one.exits[user] != 0:
                print(f"  {one.name}: as {user}: {', '.join(one.codes[user])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=pathlib.Path)
    parser.add_argument("--read-only", action="store_true", help="mount read-only")
    parser.add_argument("--fscan", default=BENCHES.parent / "target/release/fscan")
    options = parser.parse_args()
    images = sorted(
        path
        for folder in options.folders
        for pattern in ("image.gz", "*.img", "*.img.gz")
        for path in folder.rglob(pattern)
    )
    if not images:
        sys.exit("recall.py: no images there")
    mount = "ro,errors=continue" if options.read_only else "errors=continue"
    with tempfile.TemporaryDirectory(prefix="fscan-recall-") as place:
        # Where nobody can run it, too.
        os.chmod(place, 0o755)
        fscan = shutil.copy(options.fscan, os.path.join(place, "fscan"))
        with concurrent.futures.ThreadPoolExecutor(4) as workers:
            show(list(workers.map(lambda path: judge(path, mount, fscan), images)))


if __name__ == "__main__":
    main()
