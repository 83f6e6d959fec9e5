//! The steps with a package as a whole.

use rustix::io::Errno;

use super::super::expected::What;
use super::super::file_system::{Creation, Failure, above, join, split};
use super::super::pattern::Step;
use super::super::removal::{NotRemoved, remove_patiently};
use super::{Extraction, Halt};

/// What an earlier install left in a package's place.
const EARLIER: &[u8] = b"{\"version\":\"0.0.0\"}\n";

impl Extraction<'_> {
    pub(super) fn package_step(&mut self, step: Step) -> Result<(), Halt> {
        match step {
            Step::LeaveEarlier => Ok(self.leave_earlier()?),
            Step::Retire => Ok(self.round.on.rename(&self.layout.place, &self.layout.retired)?),
            Step::MakePackage => Ok(self.make_package()?),
            Step::MakeStage => Ok(self.make_stage()?),
            Step::MoveStage => Ok(self.move_stage()?),
            Step::LinkPackage => Ok(self.link_package()?),
            Step::RemoveRetired => {
                self.remove_retired();
                Ok(())
            }
            Step::SetDirectories => {
                self.set_directories();
                Ok(())
            }
            // Steps with members; no pattern has one here.
            _ => Ok(()),
        }
    }

    /// Makes a directory and all above it up to the round's own.
    fn make_all(&self, path: &[u8]) -> Result<(), Failure> {
        let own = self.round.directory.len();
        let mut missing = above(path).chain([path]).skip_while(|above| above.len() <= own);
        missing.try_for_each(|directory| self.make_directory(directory))
    }

    fn make_package(&mut self) -> Result<(), Failure> {
        self.make_all(&self.layout.place)?;
        self.expect_directory(self.layout.place.clone());
        Ok(())
    }

    fn expect_directory(&mut self, path: Vec<u8>) {
        self.extracted.expected.insert(path, What::Directory { mode: None, mtime: None });
    }

    fn leave_earlier(&mut self) -> Result<(), Failure> {
        let on = self.round.on;
        self.make_all(&self.layout.place)?;
        let path = join(&self.layout.place, b"package.json");
        let mut file = on.open(&path, Creation::Truncate, 0o666)?;
        on.write(&mut file, 0, EARLIER)?;
        on.close(file)
    }

    /// Nobody else may put the same package together.
    fn make_stage(&mut self) -> Result<(), Failure> {
        let (above, _) = split(&self.layout.stage);
        self.make_all(above)?;
        self.round.on.make_directory(&self.layout.stage, 0o777)?;
        self.expect_directory(self.layout.stage.clone());
        Ok(())
    }

    fn move_stage(&mut self) -> Result<(), Failure> {
        let (stage, place) = (&self.layout.stage, &self.layout.place);
        self.round.on.rename(stage, place)?;
        let moved = |path: &[u8]| {
            let below = path.strip_prefix(stage.as_slice()).unwrap_or_default();
            [place.as_slice(), below].concat()
        };
        let expected = std::mem::take(&mut self.extracted.expected);
        self.extracted.expected =
            expected.into_iter().map(|(path, what)| (moved(&path), what)).collect();
        let dropped = std::mem::take(&mut self.extracted.dropped);
        self.extracted.dropped = dropped.iter().map(|path| moved(path)).collect();
        Ok(())
    }

    fn link_package(&mut self) -> Result<(), Failure> {
        let Some((link, target)) = self.layout.link.clone() else { return Ok(()) };
        let (above, _) = split(&link);
        self.make_all(above)?;
        self.round.on.symlink(&target, &link)?;
        self.extracted.expected.insert(link, What::Symlink { target, mtime: None });
        Ok(())
    }

    fn remove_retired(&mut self) {
        let stayed = remove_patiently(self.round.on, &self.layout.retired);
        if !stayed.is_empty() {
            // That it is still there is told here, and is no surprise afterwards.
            self.extracted.dropped.insert(self.layout.retired.clone());
        }
        for not in stayed {
            match not {
                NotRemoved { failure: Some(failure), left, .. } if left.is_empty() => {
                    let path = failure.path.clone();
                    self.stumble(Halt::Failed(failure), &path, None);
                }
                not => self.extracted.not_removed.push(not),
            }
        }
    }

    /// The deepest first: a directory's time changes with each name that is made in it.
    fn set_directories(&mut self) {
        let expected = &self.extracted.expected;
        let directories = expected.iter().filter_map(|(path, what)| match what {
            What::Directory { mode: Some(mode), mtime: Some(mtime) } => Some((path, *mode, *mtime)),
            _ => None,
        });
        let mut directories: Vec<_> = directories.collect();
        directories.sort_by(|(a, ..), (b, ..)| b.cmp(a));
        let set = |path: &[u8], mode, mtime| {
            self.round.on.set_times_at(path, mtime)?;
            self.round.on.set_directory_mode(path, mode)
        };
        let mut failed = Vec::new();
        for (path, mode, mtime) in directories {
            failed.extend(set(path, mode, mtime).err().map(|failure| (path.clone(), failure)));
        }
        for (path, failure) in failed {
            self.extracted.expected.remove(&path);
            self.extracted.dropped.insert(path.clone());
            self.stumble(Halt::Failed(failure), &path, None);
        }
    }

    /// Whether an error means that the file must be copied: links between filesystems, to what
    /// has too many, or where there are none.
    pub(super) fn cannot_be_linked(errno: Errno) -> bool {
        matches!(errno, Errno::XDEV | Errno::PERM | Errno::MLINK | Errno::OPNOTSUPP)
    }
}
