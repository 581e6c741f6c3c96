//! How files of each kind of text are read: as a stream, to the end, refusing what is cut off or built to hurt.

pub(crate) mod json;
mod tag_bytes;
pub(crate) mod text;
pub(crate) mod xml;

/// How deep JSON and XML may be nested. Formats need about ten.
const DEEPEST: usize = 128;
