//! An overlay whose layers lie on the filesystem that Docker's data root is on.
//!
//! Mounts it as dockerd and containerd do when they look whether they can: two lower layers, an
//! upper one and a work directory in a directory of its own, with and without `userxattr`; then
//! makes a directory in it. EINVAL of the mount proves that this filesystem cannot carry the
//! layers (kernel fs/overlayfs); EPERM and its kin that the user may not mount, which says nothing of
//! overlay.

use reports::{Answer, Fact, FactName};
use rustix::io::Errno;

use super::super::probe::Learnt;
use super::super::{Probe, Surroundings};
use super::ground::{Ground, mount};
use super::overlay_ground::{self, Layers};
use super::trial::{Came, Part, Step, c, try_out};
use crate::scratch::Scratch;
use crate::system_calls::Call;

/// An overlay on Docker's filesystem.
pub(in super::super) struct NestedOverlay;

/// The two ways to mount it.
const WAYS: [(FactName, Layers, &str); 2] = [
    (FactName::NestedOverlay, Layers { directory: "plain" }, ""),
    (FactName::NestedOverlayUserxattr, Layers { directory: "userxattr" }, ",userxattr"),
];

impl Probe for NestedOverlay {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::NestedOverlay, FactName::NestedOverlayUserxattr]
    }

    fn tries(&self) -> bool {
        true
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let mut scratch = match overlay_ground::find(surroundings) {
            Ok(scratch) => scratch,
            Err(why) => return nowhere(&why),
        };
        let [plain, userxattr] = WAYS.map(|(name, layers, option)| {
            (name, try_overlay(surroundings, &mut scratch, layers, option))
        });
        let userxattr = (userxattr.0, beside(&plain.1, userxattr.1));
        let left = overlay_ground::leave(scratch);
        let facts = [plain, userxattr].into_iter().map(|(name, mut learnt)| {
            if let Some(left) = &left {
                learnt.source = format!("{}; {left}", learnt.source);
            }
            learnt.of_machine(name)
        });
        facts.collect()
    }
}

fn nowhere(why: &str) -> Vec<Fact> {
    WAYS.map(|(name, ..)| Learnt::unknown(why, "not tried").of_machine(name)).into()
}

fn try_overlay(
    surroundings: &Surroundings,
    scratch: &mut Scratch,
    layers: Layers,
    option: &str,
) -> Learnt {
    let ground = Ground::of_this_process();
    let source = format!("{}, layers in {}", ground.words(), overlay_ground::place_of(scratch));
    if let Err(why) = layers.make(scratch) {
        return Learnt::unknown(why, source);
    }
    let mut steps = vec![Step::new(
        "chdir(2)",
        Part::Way,
        Call::ChangeDirectory(c(scratch.path.join(layers.directory))),
    )];
    steps.extend(ground.steps(surroundings));
    steps.extend(overlay_steps(option));
    // Both ways have to fit into the time limit, and what is removed afterwards.
    let came = try_out(steps, surroundings.time_limit / 3, &mut |_| ());
    // A process that hangs there must not be stumbled over.
    scratch.keep |= came.is_left_behind();
    judge(came, source)
}

/// Paths are relative: what stands in them could not be told from options.
fn overlay_steps(option: &str) -> [Step; 3] {
    let options = format!("lowerdir=lower2:lower1,upperdir=upper,workdir=work{option}");
    [
        Step::new("mount(2) of an overlay", Part::Matter, mount("overlay", "merged", 0, &options)),
        Step::new("mkdir(2) in it", Part::Proof, Call::MakeDirectory(c("merged/made"))),
        Step::new("umount2(2) of it", Part::Proof, Call::Unmount(c("merged"))),
    ]
}

fn judge(came: Came, source: String) -> Learnt {
    let said = format!("{source}: {}", came.words());
    match came {
        Came::Works => Learnt::new(Answer::is("works"), source),
        came if is_refused(came) => Learnt::new(Answer::is("refused"), said),
        Came::Failed { part: Part::Matter, errno: Errno::NODEV, .. } => {
            Learnt::unknown("ENODEV: this kernel has no overlay, or may not load it", source)
        }
        Came::Failed { part: Part::Proof, .. } => Learnt::unknown(came.words(), source),
        came if came.is_forbidden() => Learnt::new(Answer::is("forbidden"), said),
        came => Learnt::unknown(came.words(), source),
    }
}

/// What the mount with `userxattr` means beside the plain one: Linux before 5.11 does not know the
/// option and says EINVAL as well.
fn beside(plain: &Learnt, userxattr: Learnt) -> Learnt {
    let refused = Answer::is("refused");
    if userxattr.answer != refused || plain.answer == refused {
        return userxattr;
    }
    Learnt::unknown("this kernel does not know userxattr", userxattr.source)
}

/// Whether it was overlay that did not want: layers that it cannot use, or an upper layer that it
/// mounts without writing to it.
fn is_refused(came: Came) -> bool {
    match came {
        Came::Failed { part: Part::Matter, errno, .. } => {
            matches!(errno, Errno::INVAL | Errno::OPNOTSUPP | Errno::ROFS)
        }
        Came::Failed { part: Part::Proof, errno, .. } => {
            matches!(errno, Errno::ROFS | Errno::OPNOTSUPP)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_is_not_known_refuses_nothing() {
        let is = |word: &str| Learnt::new(Answer::is(word), "tried");
        for (plain, userxattr, due) in [
            ("refused", "refused", Some("refused")),
            ("works", "refused", None),
            ("forbidden", "refused", None),
            ("works", "works", Some("works")),
            ("refused", "works", Some("works")),
            ("works", "forbidden", Some("forbidden")),
        ] {
            let unknown = Answer::unknown("this kernel does not know userxattr");
            let due = due.map_or(unknown, Answer::is);
            assert_eq!(beside(&is(plain), is(userxattr)).answer, due, "{plain} {userxattr}");
        }
    }

    #[test]
    fn what_overlay_refuses_is_told_from_what_nobody_may() {
        let failed = |part, errno| Came::Failed { step: "x", part, errno };
        let cases = [
            (Came::Works, Some("works")),
            (failed(Part::Matter, Errno::INVAL), Some("refused")),
            (failed(Part::Proof, Errno::ROFS), Some("refused")),
            (failed(Part::Matter, Errno::PERM), Some("forbidden")),
            (failed(Part::Matter, Errno::ACCESS), Some("forbidden")),
            (failed(Part::Way, Errno::PERM), Some("forbidden")),
            (failed(Part::Way, Errno::NOSYS), Some("forbidden")),
            (failed(Part::Way, Errno::NOSPC), Some("forbidden")),
            (Came::Killed, Some("forbidden")),
            (failed(Part::Way, Errno::INVAL), None),
            (failed(Part::Matter, Errno::NODEV), None),
            (failed(Part::Matter, Errno::NOSPC), None),
            (failed(Part::Matter, Errno::IO), None),
            (failed(Part::Proof, Errno::PERM), None),
            (Came::Late { gone: true }, None),
        ];
        for (came, expected) in cases {
            let answer = judge(came, "tried".to_owned()).answer;
            let word = if let Answer::Value(value) = &answer { value.text() } else { None };
            assert_eq!(word, expected, "{came:?}");
        }
    }
}
