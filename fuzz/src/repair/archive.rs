//! Checksums of tar headers.

/// Bytes of a block.
const BLOCK: usize = 512;

/// Puts the checksum of each header right, as far as sizes lead from one to the next.
pub(super) fn sum_up(archive: &mut [u8]) {
    let mut rest = archive;
    while let Some((header, behind)) = rest.split_at_mut_checked(BLOCK) {
        let mut data = 0;
        if header.iter().any(|byte| *byte != 0) {
            header[148..156].fill(b' ');
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            data = size(header).next_multiple_of(BLOCK);
        }
        rest = behind.get_mut(data..).unwrap_or_default();
    }
}

/// What a header says of the bytes behind it; 0 where it has no data or the size is no octal number.
fn size(header: &[u8]) -> usize {
    if matches!(header[156], b'1'..=b'6') {
        return 0;
    }
    let digits = str::from_utf8(&header[124..136]).unwrap_or_default();
    usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).unwrap_or(0)
}
