//! Files that are read and written whole; `-` is the standard stream.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use schema::evidence::InputFile;
use sha2::{Digest, Sha256};

use crate::{Streams, ToolkitError};

/// A file's content with the name and digest that provenance wants.
#[derive(Debug)]
pub struct ReadFile {
    /// As given on the command line; `stdin` for `-`.
    pub name: String,
    /// All of it.
    pub content: Vec<u8>,
}

impl ReadFile {
    /// The entry for `provenance[].inputs`.
    pub fn input(&self) -> InputFile {
        InputFile {
            path: self.name.clone(),
            sha256: sha256(&self.content),
        }
    }
}

/// Reads a whole file; `-` is stdin.
pub fn read(path: &str, streams: &mut Streams<'_>) -> Result<ReadFile, ToolkitError> {
    if path == "-" {
        let mut content = Vec::new();
        streams
            .stdin
            .read_to_end(&mut content)
            .map_err(|source| ToolkitError::Read {
                path: "stdin".to_owned(),
                source,
            })?;
        return Ok(ReadFile {
            name: "stdin".to_owned(),
            content,
        });
    }
    match fs::read(path) {
        Ok(content) => Ok(ReadFile {
            name: path.to_owned(),
            content,
        }),
        Err(source) => Err(ToolkitError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Writes a file whole or not at all; `-` is stdout, whose reader may have gone.
pub fn write(path: &str, content: &[u8], streams: &mut Streams<'_>) -> Result<(), ToolkitError> {
    let failed = |source| ToolkitError::Write {
        path: path.to_owned(),
        source,
    };
    if path == "-" {
        return match streams
            .stdout
            .write_all(content)
            .and_then(|()| streams.stdout.flush())
        {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(source) => Err(ToolkitError::Write {
                path: "stdout".to_owned(),
                source,
            }),
            Ok(()) => Ok(()),
        };
    }
    let target = Path::new(path);
    if fs::symlink_metadata(target).is_ok_and(|metadata| !metadata.is_file()) {
        // A device, a named pipe or a symbolic link (/dev/stdout) is written through, never replaced by a file.
        return fs::write(target, content).map_err(failed);
    }
    let folder = folder_of(target);
    if !folder.is_dir() {
        return Err(ToolkitError::NoFolder(folder));
    }
    let mut temporary = tempfile::Builder::new()
        .permissions(ordinary_permissions())
        .tempfile_in(&folder)
        .map_err(failed)?;
    temporary
        .write_all(content)
        .and_then(|()| temporary.as_file().sync_all())
        .map_err(failed)?;
    temporary
        .persist(target)
        .map(drop)
        .map_err(|error| failed(error.error))
}

/// Finds out before the work whether [`write`] will be able to write after it.
pub fn check_writable(path: &str) -> Result<(), ToolkitError> {
    let target = Path::new(path);
    if path == "-" || fs::symlink_metadata(target).is_ok_and(|metadata| !metadata.is_file()) {
        return Ok(());
    }
    let folder = folder_of(target);
    if !folder.is_dir() {
        return Err(ToolkitError::NoFolder(folder));
    }
    let probe = tempfile::tempfile_in(&folder);
    probe.map(drop).map_err(|source| ToolkitError::Write { path: path.to_owned(), source })
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A temporary file is private by default; what replaces it is an ordinary file (the umask still counts).
fn ordinary_permissions() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o666)
}

/// SHA-256, hexadecimal.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
