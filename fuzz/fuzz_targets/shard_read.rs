//! Bytes as what a shard hands over, decompressed: what can be read of it joins, with another shard
//! too, and reads back the same once written.

#![no_main]

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use libfuzzer_sys::fuzz_target;
use reports::PathName;
use scanner::{ShardFacts, join, read_shard_from, write_shard};

fn read(packed: &[u8]) -> Option<ShardFacts> {
    read_shard_from(PathName::new(b"fuzz".to_vec()), packed).ok()
}

fuzz_target!(|text: &[u8]| {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text).unwrap();
    let Some(facts) = read(&packed.finish().unwrap()) else { return };
    let mut written = Vec::new();
    write_shard(&mut written, &facts).unwrap();
    let again = read(&written).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&facts).unwrap());
    let mut other = again;
    other.header.shard.index ^= 1;
    let named = |name: &[u8]| PathName::new(name.to_vec());
    let _ = join([(named(b"one"), facts.clone())]);
    let _ = join([(named(b"one"), facts), (named(b"other"), other)]);
});
