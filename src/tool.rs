//! Who looks, and where: the report's account of this run.

use reports::Tool;
use rustix::process::{getegid, geteuid};
use rustix::system::uname;
use rustix::thread::{CapabilitySet, capabilities};

/// This program, this host, this user.
pub fn tool() -> Tool {
    let system = uname();
    let text = |value: &std::ffi::CStr| value.to_string_lossy().into_owned();
    Tool {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect(),
        host: text(system.nodename()),
        kernel: text(system.release()),
        user: format!("uid={} gid={}", geteuid().as_raw(), getegid().as_raw()),
        privileges: privileges(),
        settings: None,
    }
}

/// The capabilities that widen what a scan can see.
fn privileges() -> Vec<String> {
    let held = capabilities(None).map_or(CapabilitySet::empty(), |sets| sets.effective);
    let table = [
        (CapabilitySet::DAC_OVERRIDE, "CAP_DAC_OVERRIDE"),
        (CapabilitySet::DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"),
        (CapabilitySet::FOWNER, "CAP_FOWNER"),
        (CapabilitySet::SYS_ADMIN, "CAP_SYS_ADMIN"),
        (CapabilitySet::SYSLOG, "CAP_SYSLOG"),
    ];
    let held = table.iter().filter(|(capability, _)| held.contains(*capability));
    held.map(|(_, name)| (*name).to_owned()).collect()
}
