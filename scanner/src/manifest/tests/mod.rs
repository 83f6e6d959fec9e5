mod joined;
mod rejection;
mod round_trip;
pub(crate) mod sample;
mod seal;
mod sums;
