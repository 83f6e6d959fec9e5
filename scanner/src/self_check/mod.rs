//! Files whose name or format carries a checksum of their content.
