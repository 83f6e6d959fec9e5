//! Bytes as an archive, plain or compressed: it is extracted in every way, and on a sound filesystem
//! that accuses nobody and touches nothing beside.

#![no_main]

use fscan_fuzz::{Neighbourhood, mutate_archive};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use reports::Severity;
use scanner::{Control, round_trip};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_archive(data, size, max_size, seed)
});

fuzz_target!(|archive: &[u8]| {
    let neighbourhood = Neighbourhood::new(archive);
    let done = round_trip::run(&neighbourhood.trips(), &Control::new(|_| ()));
    neighbourhood.assert_untouched();
    let findings = done.expect("there is room").findings.into_rows();
    assert!(findings.iter().all(|row| row.severity < Severity::Suspect), "{findings:#?}");
});
