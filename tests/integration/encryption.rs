//! Directories that ext4 encrypts (fscrypt), with their key and without it.

use std::fs;
use std::path::Path;

use crate::harness::{Dir, Fscan, Image, Need, Outcome, files, in_lab, tool};

const LAB: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("python3"), Need::Ext4Feature("encryption")];

/// Gives a mounted filesystem a key (FS_IOC_ADD_ENCRYPTION_KEY), and a directory the policy of that key
/// (FS_IOC_SET_ENCRYPTION_POLICY), if one is named.
const UNLOCK: &str = r#"
import fcntl, os, struct, sys
raw = b"k" * 64
key = bytearray(struct.pack("<II32xI36x", 2, 0, len(raw)) + raw)
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0xC0506617, key, True)
if len(sys.argv) > 2:
    policy = struct.pack("<BBBB4x16s", 2, 1, 4, 3, key[8:24])
    fcntl.ioctl(os.open(sys.argv[2], os.O_RDONLY), 0x800C6613, policy)
"#;

fn unlock(mount: &Path, directory: Option<&Path>) {
    let mut python = tool("python3");
    let output = python.args(["-c", UNLOCK]).arg(mount).args(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn scan(dir: &Dir, tree: &Path, options: &[&str]) -> Outcome {
    let scan = Fscan::new(dir).args(["--read-only", "--skip", "environment", "--strict"]);
    scan.args(["--format", "json"]).arg(tree).args(options).in_folder(dir.path()).run()
}

/// Names without their key are made up: neither is what had others missing, nor are these new.
#[test]
fn without_its_key_a_directory_is_not_comparable() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 64, &["-O", "encrypt"]);
        let home = image.mount("rw");
        let secret = home.join("secret");
        fs::create_dir(&secret).unwrap();
        unlock(home.point(), Some(&secret));
        files(&secret, 5);
        files(&secret.join("deep/down"), 5);
        std::os::unix::fs::symlink("name-000001", secret.join("link")).unwrap();
        files(&home.join("plain"), 5);
        scan(dir, home.point(), &["--manifest", "open"]).expect_code(0);
        drop(home);

        let home = image.mount("rw");
        let compare = |baseline: &str, more: &[&str]| {
            scan(dir, home.point(), &[&["--baseline", baseline], more].concat())
        };
        let locked = compare("open", &["--manifest", "locked"]);
        let report = locked.expect_code(3).report();
        locked.expect(report.codes().is_empty(), "nothing is known to differ");
        let examples = report.unchecked_examples("no-key");
        locked.expect(examples == [home.join("secret").to_str().unwrap()], "once, where");
        // Two directories in it, and eleven files and links.
        let open = report.diff.as_ref().unwrap().totals.unchecked.entries;
        locked.expect(open == 13, "how many");

        compare("locked", &[]).expect_code(3);
        unlock(home.point(), None);
        let opened = compare("locked", &[]);
        opened.expect(opened.expect_code(3).report().codes().is_empty(), "nor the other way round");
        compare("open", &[]).expect_code(0);
    });
}
