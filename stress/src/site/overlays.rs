//! The overlays that are made, as a table.

use std::fs;
use std::os::fd::BorrowedFd;

use rustix::fs::{XattrFlags, fremovexattr, fsetxattr};
use scanner::errno_name;

/// Which filesystem of those made for layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// A tmpfs.
    Tmpfs,
    /// An ext4 in an image.
    Ext4,
}

/// Where the lower layer lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lower {
    /// On the filesystem of the upper one.
    Same,
    /// On another filesystem.
    Other,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Overlay {
    /// The site's name.
    pub name: &'static str,
    /// What the upper layer is on.
    pub upper: Layer,
    /// What the lower layer is on.
    pub lower: Lower,
    /// Its options (kernel Documentation/filesystems/overlayfs.rst).
    pub options: &'static str,
}

const PLAIN: &str = "redirect_dir=off,index=off,metacopy=off,xino=off";
const INDEX: &str = "redirect_dir=on,index=on,metacopy=off,xino=on";
const METACOPY: &str = "redirect_dir=on,index=off,metacopy=on,xino=off";
const USERXATTR: &str = "userxattr";

/// All, the most usual first.
pub const OVERLAYS: [Overlay; 8] = [
    Overlay { name: "overlay-tmpfs", upper: Layer::Tmpfs, lower: Lower::Same, options: PLAIN },
    Overlay { name: "overlay-ext4", upper: Layer::Ext4, lower: Lower::Other, options: PLAIN },
    Overlay {
        name: "overlay-tmpfs-index",
        upper: Layer::Tmpfs,
        lower: Lower::Other,
        options: INDEX,
    },
    Overlay { name: "overlay-ext4-index", upper: Layer::Ext4, lower: Lower::Same, options: INDEX },
    Overlay {
        name: "overlay-tmpfs-metacopy",
        upper: Layer::Tmpfs,
        lower: Lower::Other,
        options: METACOPY,
    },
    Overlay {
        name: "overlay-ext4-metacopy",
        upper: Layer::Ext4,
        lower: Lower::Same,
        options: METACOPY,
    },
    Overlay {
        name: "overlay-tmpfs-userxattr",
        upper: Layer::Tmpfs,
        lower: Lower::Other,
        options: USERXATTR,
    },
    Overlay {
        name: "overlay-ext4-userxattr",
        upper: Layer::Ext4,
        lower: Lower::Same,
        options: USERXATTR,
    },
];

impl Overlay {
    /// Whether it is made without privileges: its marks are attributes of users (`userxattr`).
    pub fn is_for_everybody(&self) -> bool {
        self.options == USERXATTR
    }

    /// What the filesystem of its upper layer lacks. The kernel mounts it all the same, and fails
    /// later (tmpfs keeps attributes of users from Linux 6.6 on).
    pub fn lack_of(&self, upper: BorrowedFd<'_>) -> Option<String> {
        const PROBE: &str = "user.fscan.probe";
        if self.options != USERXATTR {
            return None;
        }
        let set = fsetxattr(upper, PROBE, b"", XattrFlags::empty());
        let kept = set.and_then(|()| fremovexattr(upper, PROBE));
        let errno = kept.err()?;
        Some(format!("its upper layer keeps no attributes of users: {}", errno_name(errno)))
    }

    /// The first option that was switched on and that the kernel mounted it without, since a layer
    /// lacks something; it says so in its log alone. `shown` are the options of the superblock,
    /// which leave out what is the module's default.
    pub fn option_not_in_force(&self, shown: &str) -> Option<&'static str> {
        let shown: Vec<&str> = shown.split([',', ';']).collect();
        let mut wanted = self.options.split(',').filter(|option| !option.ends_with("=off"));
        wanted.find(|option| {
            let name = option.split('=').next().unwrap_or_default();
            // Layers on one filesystem need no xino, and it is not shown then.
            let needless = name == "xino" && self.lower == Lower::Same;
            !shown.contains(option) && !needless && !is_default(name)
        })
    }
}

/// Whether the module switches an option on unasked.
fn is_default(name: &str) -> bool {
    // `xino` stands there as `xino_auto`, which is another value.
    let parameter = fs::read_to_string(format!("/sys/module/overlay/parameters/{name}"));
    parameter.is_ok_and(|value| value.trim() == "Y")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(options: &'static str) -> Overlay {
        Overlay { name: "", upper: Layer::Tmpfs, lower: Lower::Other, options }
    }

    #[test]
    fn what_the_kernel_switched_off_is_noticed() {
        let shown = "rw,relatime;rw,lowerdir=/l,redirect_dir=on,xino=on";
        assert_eq!(of("redirect_dir=on,index=off,xino=on").option_not_in_force(shown), None);
        assert_eq!(of("redirect_dir=on,userxattr").option_not_in_force(shown), Some("userxattr"));
        assert_eq!(of("xino=on").option_not_in_force("rw;rw,xino=off"), Some("xino=on"));
        let same = Overlay { lower: Lower::Same, ..of("index=on,xino=on") };
        assert_eq!(same.option_not_in_force("rw;rw,index=on"), None);
    }
}
