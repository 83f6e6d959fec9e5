//! Bytes as a mount table: a line is read, or left out, whatever stands above and below it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scanner::mounts::{Mount, parse};

fuzz_target!(|table: &[u8]| {
    let mounts = parse(table);
    let one_by_one: Vec<Mount> = table.split(|byte| *byte == b'\n').flat_map(parse).collect();
    assert_eq!(mounts, one_by_one);
    for mount in mounts {
        let _ = (mount.device_name(), mount.layers());
    }
});
