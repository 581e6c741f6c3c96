//! The file that says what is asked.

use schema::configuration::Configuration;
use schema::evidence::InputFile;
use toolkit::files::ReadFile;
use toolkit::{Streams, ToolkitError, configuration};

/// What is asked where no file is named.
pub(crate) struct BuiltIn {
    /// As messages call it.
    pub(crate) name: &'static str,
    pub(crate) content: &'static str,
}

/// The file that the command line names, else what is built in, which is no input.
pub(crate) fn read<C: Configuration>(
    path: Option<&str>,
    built_in: &BuiltIn,
    streams: &mut Streams<'_>,
) -> Result<(C, ReadFile, Vec<InputFile>), ToolkitError> {
    if let Some(path) = path {
        let (file, read) = configuration::read::<C>(path, streams)?;
        let input = read.input();
        return Ok((file, read, vec![input]));
    }
    let read = ReadFile {
        name: built_in.name.to_owned(),
        is_stdin: false,
        content: built_in.content.as_bytes().to_vec(),
    };
    Ok((configuration::of::<C>(&read)?, read, Vec::new()))
}
