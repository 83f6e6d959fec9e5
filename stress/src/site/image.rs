//! Filesystems in images, behind loop devices that go away with the mount.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use super::mounted::{Below, Mounted};

/// Where mkfs and its kin live; not every user's PATH has it.
const TOOL_PATH: &str = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

const MIB: u64 = 1 << 20;

/// One that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// The site's name, or what it is for.
    pub name: &'static str,
    /// Its size in bytes. The image is sparse, and takes as much memory as was ever written to.
    pub bytes: u64,
    /// The program that makes it, and its options.
    mkfs: &'static [&'static str],
}

impl Image {
    /// Large enough not to be made with the features of a small one (mke2fs.conf(5)).
    pub const EXT4: Image =
        Image { name: "ext4", bytes: 512 * MIB, mkfs: &["mkfs.ext4", "-q", "-F"] };
    /// mkfs.xfs makes none below 300 MiB.
    pub const XFS: Image = Image { name: "xfs", bytes: 320 * MIB, mkfs: &["mkfs.xfs", "-q", "-f"] };
    /// Less than this fills up with metadata.
    pub const BTRFS: Image =
        Image { name: "btrfs", bytes: 512 * MIB, mkfs: &["mkfs.btrfs", "-q", "-f"] };
    /// What overlays have their layers on.
    pub const LAYERS: Image = Image { name: "layers", ..Image::EXT4 };

    /// Makes it in a directory of a tmpfs and mounts it on a directory there, or says why not.
    pub fn make(&self, base: &Arc<Mounted>) -> Result<Mounted, String> {
        let (file, point) =
            (base.point().join(format!("{}.image", self.name)), base.point().join(self.name));
        let make = || {
            File::create_new(&file)?.set_len(self.bytes)?;
            std::fs::create_dir(&point)
        };
        make().map_err(|error: io::Error| format!("making the image: {error}"))?;
        let (program, options) = self.mkfs.split_first().ok_or("no program makes it")?;
        let options = options.iter().map(OsStr::new);
        run(program, options.chain([file.as_os_str()]))?;
        mount(&file, &point)?;
        Ok(Mounted::at(&point, Below::Mount { _mount: Arc::clone(base) }))
    }
}

/// Mounts an image through a loop device of its own.
///
/// mount(8) asks for a free device and then takes it: who does the same at that moment may be
/// first, and mount gives up.
fn mount(image: &Path, point: &Path) -> Result<(), String> {
    const TAKEN: &str = "failed to setup loop device";
    let arguments = ["-n", "-o", "loop,nosuid,nodev"].map(OsStr::new);
    let arguments = || arguments.into_iter().chain([image.as_os_str(), point.as_os_str()]);
    let mut mounted = run("mount", arguments());
    for _ in 0..20 {
        if !mounted.as_ref().is_err_and(|said| said.contains(TAKEN)) {
            break;
        }
        sleep(Duration::from_millis(50));
        mounted = run("mount", arguments());
    }
    mounted
}

/// Runs a program to its end; what it said where that was no good one.
fn run<'a>(program: &str, arguments: impl Iterator<Item = &'a OsStr>) -> Result<(), String> {
    let mut command = Command::new(program);
    command.env("PATH", TOOL_PATH).env("LC_ALL", "C").stdin(Stdio::null()).args(arguments);
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{program} is not installed"),
        _ => format!("{program}: {error}"),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().map(str::trim).find(|line| !line.is_empty());
    Err(format!("{program}: {}", first.unwrap_or("it failed and did not say why")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_told_of_in_its_own_words() {
        assert_eq!(
            run("no-such-program", std::iter::empty()),
            Err("no-such-program is not installed".to_owned())
        );
        let said = run("ls", ["/no/such/file"].map(OsStr::new).into_iter()).unwrap_err();
        assert!(said.starts_with("ls: ") && said.contains("No such file"), "{said}");
        assert_eq!(run("true", std::iter::empty()), Ok(()));
    }
}
