//! Where mounts can be made.

use std::env;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use rustix::fs::{Mode, OFlags, openat};
use rustix::process::geteuid;

use crate::site::namespace::{Namespace, enter};
use crate::site::{Fill, SiteError, World};

/// Runs `body` in a thread with a mount namespace of its own. Where that cannot be had the test
/// says so and is over, unless the lab is required.
pub fn in_lab(body: impl FnOnce(&Namespace) + Send + 'static) {
    let test = thread::current().name().unwrap_or("test").to_owned();
    if !geteuid().is_root() {
        return skip(&test, "this needs root");
    }
    let run = move || match enter() {
        Ok(namespace) => body(&namespace),
        Err(error) => skip("namespace", &error.to_string()),
    };
    if let Err(panic) = thread::Builder::new().name(test).spawn(run).unwrap().join() {
        resume_unwind(panic);
    }
}

/// Says why a test is left out.
pub fn skip(test: &str, why: &str) {
    let required = env::var_os("FSCAN_LAB").is_some_and(|value| value == "required");
    assert!(!required, "FSCAN_LAB=required, but {why}");
    eprintln!("SKIPPED {test}: {why}");
}

/// Writes one file.
pub fn fill() -> Fill {
    Arc::new(|directory| {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        openat(directory, "from-below", flags, Mode::from_raw_mode(0o644)).map(drop)
    })
}

/// The names in a world, in order.
pub fn names(world: &World) -> Vec<String> {
    let listed = rustix::fs::Dir::read_from(&world.top).unwrap().map(|entry| {
        let entry = entry.unwrap();
        entry.file_name().to_str().unwrap().to_owned()
    });
    let mut names: Vec<String> = listed.filter(|name| name != "." && name != "..").collect();
    names.sort();
    names
}

/// What every site must do: give one lane after the other a fresh world, again and again, and leave
/// nothing.
pub fn smoke(site: crate::site::Site) -> Result<(), SiteError> {
    let whole: &[&str] = if site.is_layered() { &["from-below"] } else { &[] };
    let fill = fill();
    let (mut one, mut other) = (site.ground(0, &fill)?, site.ground(1, &fill)?);
    let beside = other.fresh()?;
    for _ in 0..3 {
        let world = one.fresh()?;
        assert_eq!(names(&world), whole, "{}", site.name);
        assert_eq!(world.populated, site.is_layered());
        let mode = rustix::fs::fstat(&world.top).unwrap().st_mode;
        assert_eq!(mode & 0o7777, 0o755, "{}", site.name);
        super::given::leave_a_mess(&world);
    }
    assert_eq!(names(&beside), whole, "another lane's world: {}", site.name);
    drop(beside);
    one.remove()?;
    drop(other);
    site.remove()?;
    Ok(())
}
