//! A file of another tool, opened once and never sought in: `<(cargo audit --json)` is one too.

use std::io::{BufReader, Chain, Cursor, Read};

use schema::evidence::InputFile;
use toolkit::{InputStream, ToolkitError};

use crate::head::Head;

/// How much of a file its format is told by, in bytes.
const HEAD_BYTES: u64 = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file's content from its beginning, without a byte order mark.
pub(crate) type Content<'a> = BufReader<&'a mut dyn Read>;

pub(crate) struct Input {
    content: Chain<Cursor<Vec<u8>>, InputStream>,
}

impl Input {
    pub(crate) fn open(path: &str) -> Result<Input, ToolkitError> {
        let mut stream = InputStream::open(path)?;
        let mut beginning = stream.read_up_to(HEAD_BYTES)?;
        if beginning.starts_with(BYTE_ORDER_MARK) {
            beginning.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Input {
            content: Cursor::new(beginning).chain(stream),
        })
    }

    /// What it looks like.
    pub(crate) fn head(&self) -> Head {
        Head::of(self.content.get_ref().0.get_ref())
    }

    /// All of it, once.
    pub(crate) fn content(&mut self) -> Content<'_> {
        BufReader::with_capacity(HEAD_BYTES as usize, &mut self.content)
    }

    /// The entry for `provenance[].inputs`.
    pub(crate) fn finish(self) -> Result<InputFile, ToolkitError> {
        let (_, stream) = self.content.into_inner();
        stream.finish()
    }
}
