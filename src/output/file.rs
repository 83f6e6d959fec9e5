//! Files: written whole or not at all, and never through what stands in their place.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use reports::PathName;
use rustix::io::Errno;
use scanner::manifest::{Fault, ManifestReader};

use super::advice::advice;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A report.
    Report,
    /// The metrics of a report.
    Metrics,
    /// The metrics of a night.
    NightMetrics,
    /// The account of a night.
    Night,
    /// A manifest.
    Manifest,
    /// The hashes of files.
    Sums,
    /// What a part of a tree saw.
    Facts,
    /// A page of the manual, or completions for a shell.
    Page,
}

impl Content {
    /// As people call it.
    fn text(self) -> &'static str {
        match self {
            Content::Report => "report",
            Content::Metrics | Content::NightMetrics => "file of metrics",
            Content::Night => "account of the night",
            Content::Manifest => "manifest",
            Content::Sums => "list of sums",
            Content::Facts => "file of facts",
            Content::Page => "file",
        }
    }

    /// How the same comes to stdout, where it can.
    fn on_stdout(self) -> &'static str {
        match self {
            Content::Report => "; use --format json for stdout",
            Content::Metrics => "; use --format prometheus for stdout",
            _ => "",
        }
    }
}

/// Why a file could not be written to `path`, as far as that shows before it is tried.
pub fn check_target(path: &Path, content: Content) -> anyhow::Result<()> {
    let target = Target { path, content };
    let not_writable = || format!("{}: it cannot be written", target.shown());
    target.refuse_special().with_context(not_writable)?;
    if content != Content::Manifest && is_manifest(path) {
        bail!("{}: it is a manifest, which nothing else replaces; write elsewhere", not_writable());
    }
    let access = rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
    rustix::fs::access(target.folder(), access)
        .map_err(|errno| anyhow!("{}: {}", not_writable(), target.advice(errno)))
}

/// Whether a file is a manifest, if perhaps a damaged one. What cannot be opened is for others to judge.
fn is_manifest(path: &Path) -> bool {
    match ManifestReader::header_of(path) {
        Ok(header) => header.is_some(),
        Err(error) => !matches!(error.fault, Fault::Open(_)),
    }
}

/// Where a file that is to be written will stand; none where its folder is not there.
pub fn place_of(path: &Path) -> Option<PathBuf> {
    Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Writes a file that everybody may read, whole or not at all.
pub fn save_readable(path: &Path, content: Content, text: &[u8]) -> anyhow::Result<()> {
    let readable = Some(fs::Permissions::from_mode(0o644));
    Target { path, content }.save(readable, |out| Ok(out.write_all(text)?))
}

/// Writes a file, whole or not at all: into a new file beside it (which no symbolic link can lead
/// elsewhere), flushed to the disk, and renamed.
pub fn save_file(
    path: &Path,
    content: Content,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    Target { path, content }.save(None, write)
}

/// A file that is to be written.
struct Target<'a> {
    path: &'a Path,
    content: Content,
}

impl<'a> Target<'a> {
    fn shown(&self) -> String {
        PathName::from(self.path).escaped()
    }

    fn folder(&self) -> &'a Path {
        folder_of(self.path)
    }

    fn advice(&self, errno: Errno) -> String {
        let folder = PathName::from(self.folder()).escaped();
        // As /proc says it.
        if errno == Errno::NOENT && self.folder().is_dir() {
            return format!("ENOENT; nothing can be made in {folder}: write elsewhere");
        }
        advice(errno, &folder)
    }

    fn not_written(&self) -> String {
        format!("{}: the {} was not written", self.shown(), self.content.text())
    }

    /// Of a system call that failed; what the new file is called for a while is nobody's business.
    fn failed(&self, error: &io::Error) -> anyhow::Error {
        let why = match Errno::from_io_error(error) {
            Some(errno) => self.advice(errno),
            None => error.to_string(),
        };
        anyhow!("{}: {why}", self.not_written())
    }

    /// Writes it, with permissions that no umask narrows where some are given.
    fn save(
        &self,
        permissions: Option<fs::Permissions>,
        write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let create =
            |path: &Path| File::options().write(true).create_new(true).mode(0o666).open(path);
        let failed = |error: io::Error| self.failed(&error);
        let mut file = tempfile::Builder::new()
            .prefix(".fscan-")
            .make_in(self.folder(), create)
            .map_err(failed)?;
        self.fill(file.as_file_mut(), write)?;
        if let Some(permissions) = permissions {
            file.as_file().set_permissions(permissions).map_err(failed)?;
        }
        file.as_file().sync_all().map_err(failed)?;
        self.refuse_special().with_context(|| self.not_written())?;
        file.persist(self.path).map_err(|error| self.failed(&error.error))?;
        // The rename itself reaches the disk with the folder; some filesystems cannot flush one.
        let _ = File::open(self.folder()).and_then(|folder| folder.sync_all());
        Ok(())
    }

    fn fill(
        &self,
        file: &mut File,
        write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut out = Noting { inner: BufWriter::new(file), failed: None };
        let written = write(&mut out).and_then(|()| Ok(out.flush()?));
        match (written, out.failed) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(errno)) => bail!("{}: {}", self.not_written(), self.advice(errno)),
            // Not the file's fault.
            (Err(error), None) => Err(error.context(self.not_written())),
        }
    }

    /// Renaming over a device, a FIFO or a link would replace it.
    fn refuse_special(&self) -> anyhow::Result<()> {
        let stdout = self.content.on_stdout();
        if self.path == Path::new("-") || self.path.as_os_str().as_bytes().ends_with(b"/") {
            bail!("it names no file{stdout}");
        }
        match fs::symlink_metadata(self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => match Errno::from_io_error(&error) {
                Some(errno) => bail!("{}", self.advice(errno)),
                None => Err(error).context("lookup"),
            },
            Ok(existing) if existing.is_file() => Ok(()),
            Ok(existing) if existing.is_symlink() => {
                bail!("it is a symbolic link; give the path that it leads to")
            }
            Ok(existing) if existing.is_dir() => {
                bail!("it is a folder; give the path of a file in it")
            }
            Ok(_) => bail!("it exists and is no regular file{stdout}"),
        }
    }
}

/// A writer that notes with which errno it failed: what it is given may fail for other reasons.
struct Noting<W> {
    inner: W,
    failed: Option<Errno>,
}

impl<W: Write> Noting<W> {
    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            self.failed = Errno::from_io_error(error).filter(|errno| *errno != Errno::INTR);
        }
        result
    }
}

impl<W: Write> Write for Noting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.note(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.note(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(result: anyhow::Result<()>) -> String {
        format!("{:#}", result.unwrap_err())
    }

    fn save(path: &Path, content: Content) -> anyhow::Result<()> {
        save_file(path, content, |out| Ok(out.write_all(b"x")?))
    }

    /// Neither does any of them name the new file that is renamed.
    #[test]
    fn what_is_said_fits_the_errno() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        fs::write(top.join("file"), "").unwrap();
        let long = top.join("x".repeat(300));
        for (path, expected) in [
            (
                top.join("none/report.json"),
                format!("ENOENT; there is no folder {}/none: make it", top.display()),
            ),
            (
                top.join("file/report.json"),
                format!("ENOTDIR; {}/file is no folder: check", top.display()),
            ),
            (long, "ENAMETOOLONG; the name is too long: give a shorter one".to_owned()),
            (
                PathBuf::from("/proc/report.json"),
                "nothing can be made in /proc: write elsewhere".to_owned(),
            ),
        ] {
            for result in [save(&path, Content::Report), check_target(&path, Content::Report)] {
                // Before it is tried, root may write to /proc.
                let Err(error) = result else { continue };
                let said = format!("{error:#}");
                assert!(said.starts_with(&format!("{}: ", path.display())), "{said}");
                assert!(said.contains(&expected), "{said}");
                assert!(!said.contains(".fscan-") && !said.contains("full"), "{said}");
            }
            assert!(save(&path, Content::Report).is_err());
        }
    }

    #[test]
    fn a_full_device_is_full_and_what_else_went_wrong_is_not_its_fault() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut out = Noting { inner: BufWriter::new(full), failed: None };
        out.write_all(b"x").unwrap();
        assert!(out.flush().is_err());
        assert_eq!(out.failed, Some(Errno::NOSPC));

        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("manifest");
        let said = said(save_file(&path, Content::Manifest, |_| {
            Err(io::Error::from_raw_os_error(Errno::NOSPC.raw_os_error()))?;
            Ok(())
        }));
        assert!(said.contains("the manifest was not written: No space left"), "{said}");
        assert!(!said.contains("write elsewhere"), "{said}");
        assert_eq!(fs::read_dir(top.path()).unwrap().count(), 0);
    }

    #[test]
    fn stdout_is_named_where_it_can_be_had() {
        let top = tempfile::tempdir().unwrap();
        rustix::fs::mkfifoat(
            rustix::fs::CWD,
            top.path().join("fifo"),
            rustix::fs::Mode::from_raw_mode(0o600),
        )
        .unwrap();
        for (content, stdout) in [
            (Content::Report, Some("--format json")),
            (Content::Metrics, Some("--format prometheus")),
            (Content::NightMetrics, None),
            (Content::Manifest, None),
            (Content::Page, None),
        ] {
            for path in [PathBuf::from("-"), top.path().join("fifo")] {
                let said = said(check_target(&path, content));
                assert!(stdout.is_none_or(|stdout| said.contains(stdout)), "{said}");
                assert_eq!(said.contains("stdout"), stdout.is_some(), "{said}");
            }
            let said = said(save(top.path(), content));
            assert!(said.contains("it is a folder") && !said.contains("stdout"), "{said}");
        }
    }
}
