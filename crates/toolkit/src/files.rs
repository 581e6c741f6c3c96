//! Files that are read and written whole; `-` is the standard stream.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::{fs, io};

use schema::evidence::InputFile;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::{Streams, ToolkitError};

/// A file's content with the name and digest that provenance wants.
#[derive(Debug)]
pub struct ReadFile {
    /// As given on the command line; `stdin` for `-`.
    pub name: String,
    /// Whether it came from stdin, and not from a file that may have that name.
    pub is_stdin: bool,
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
            is_stdin: true,
            content,
        });
    }
    match fs::read(path) {
        Ok(content) => Ok(ReadFile {
            name: path.to_owned(),
            is_stdin: false,
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
    write_all([(path, content)], streams)
}

/// Writes several, each a path and its content, and none where one cannot be written: all files are complete beside their places before
/// the first is put there. stdout and devices, from which nothing can be taken back, come before that.
pub fn write_all<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    streams: &mut Streams<'_>,
) -> Result<(), ToolkitError> {
    let prepared = files
        .into_iter()
        .map(|(path, content)| Prepared::of(path, content))
        .collect::<Result<Vec<Prepared<'_>>, ToolkitError>>()?;
    let (files, others): (Vec<Prepared<'_>>, Vec<Prepared<'_>>) = prepared
        .into_iter()
        .partition(|one| matches!(one, Prepared::File { .. }));
    let mut all = others.into_iter().chain(files);
    all.try_for_each(|one| one.put(streams))
}

/// What is written as soon as it is certain that all can be.
enum Prepared<'a> {
    Stdout {
        content: &'a [u8],
    },
    Device {
        path: &'a str,
        device: PathBuf,
        content: &'a [u8],
    },
    /// Complete, beside the place where it is to be.
    File {
        path: &'a str,
        temporary: NamedTempFile,
        target: PathBuf,
    },
}

impl<'a> Prepared<'a> {
    fn of(path: &'a str, content: &'a [u8]) -> Result<Prepared<'a>, ToolkitError> {
        let failed = |source| cannot_write(path, source);
        Ok(match Place::of(path)? {
            Place::Stdout => Prepared::Stdout { content },
            Place::Device(device) => Prepared::Device {
                path,
                device,
                content,
            },
            Place::File { target, folder } => {
                let mut temporary = tempfile::Builder::new()
                    .permissions(ordinary_permissions())
                    .tempfile_in(folder)
                    .map_err(failed)?;
                temporary
                    .write_all(content)
                    .and_then(|()| temporary.as_file().sync_all())
                    .map_err(failed)?;
                Prepared::File {
                    path,
                    temporary,
                    target,
                }
            }
        })
    }

    fn put(self, streams: &mut Streams<'_>) -> Result<(), ToolkitError> {
        match self {
            Prepared::Stdout { content } => match streams
                .stdout
                .write_all(content)
                .and_then(|()| streams.stdout.flush())
            {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                result => result.map_err(|source| cannot_write("stdout", source)),
            },
            Prepared::Device {
                path,
                device,
                content,
            } => fs::write(device, content).map_err(|source| cannot_write(path, source)),
            Prepared::File {
                path,
                temporary,
                target,
            } => temporary
                .persist(target)
                .map(drop)
                .map_err(|error| cannot_write(path, error.error)),
        }
    }
}

/// Whether a path is the standard output: `-`, or the name that the system has for it. Were that opened as a file, what is written to
/// both would overwrite each other.
pub fn is_stdout(path: &str) -> bool {
    matches!(path, "-" | "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1")
}

/// Finds out before the work whether [`write()`] will be able to write after it.
pub fn check_writable(path: &str) -> Result<(), ToolkitError> {
    match Place::of(path)? {
        Place::Stdout | Place::Device(_) => Ok(()),
        Place::File { folder, .. } => tempfile::tempfile_in(folder)
            .map(drop)
            .map_err(|source| cannot_write(path, source)),
    }
}

/// Whether two paths lead to one place, so that only one of two documents would be found there. A device or a
/// named pipe takes both.
pub fn collide(one: &str, other: &str) -> Result<bool, ToolkitError> {
    let (
        Place::File {
            target: one_target,
            folder: one_folder,
        },
        Place::File {
            target: other_target,
            folder: other_folder,
        },
    ) = (Place::of(one)?, Place::of(other)?)
    else {
        return Ok(is_stdout(one) && is_stdout(other));
    };
    // A file that is not there yet has no canonical path, its folder has.
    let folder_of =
        |path, folder| fs::canonicalize(folder).map_err(|source| cannot_write(path, source));
    Ok(one_target.file_name() == other_target.file_name()
        && folder_of(one, one_folder)? == folder_of(other, other_folder)?)
}

/// What a path leads to.
enum Place {
    Stdout,
    /// A device or a named pipe: written through, never replaced by a file.
    Device(PathBuf),
    /// A file that is there or will be, behind whatever symbolic links lead to it.
    File {
        target: PathBuf,
        folder: PathBuf,
    },
}

impl Place {
    fn of(path: &str) -> Result<Place, ToolkitError> {
        if is_stdout(path) {
            return Ok(Place::Stdout);
        }
        let target = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(cannot_write(path, ErrorKind::IsADirectory.into()));
            }
            Ok(metadata) if !metadata.is_file() => return Ok(Place::Device(target)),
            _ => {}
        }
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        if folder.is_dir() {
            Ok(Place::File { target, folder })
        } else {
            Err(ToolkitError::NoFolder(folder))
        }
    }
}

fn cannot_write(path: &str, source: io::Error) -> ToolkitError {
    ToolkitError::Write {
        path: path.to_owned(),
        source,
    }
}

/// A temporary file is private by default; what replaces it is an ordinary file (the umask still counts).
fn ordinary_permissions() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o666)
}

/// SHA-256, hexadecimal.
pub fn sha256(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::io::Read;
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::path::Path;
    use std::process::Command;
    use tempfile::TempDir;

    fn write_to(path: &Path) {
        let mut streams = Streams {
            stdin: &mut io::empty(),
            stdout: &mut io::sink(),
            stderr: &mut io::sink(),
            stdin_is_terminal: false,
            stderr_is_terminal: false,
            colour: false,
            screen: None,
            quiet: false,
        };
        write(path.to_str().unwrap(), b"written", &mut streams).unwrap();
    }

    #[test]
    fn a_symbolic_link_is_written_through() {
        let folder = TempDir::new().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "something longer than what is written").unwrap();
        symlink(&target, &link).unwrap();
        write_to(&link);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "written");
    }

    /// A named pipe stands for every device: were one replaced by a file, /dev/null would be gone.
    #[test]
    fn a_device_stays_one() {
        let folder = TempDir::new().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        // Open for both, so that neither end waits for the other.
        let mut reader = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&pipe)
            .unwrap();
        write_to(&pipe);
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
        let mut read = [0; 7];
        reader.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"written");
    }

    #[test]
    fn a_folder_is_refused_before_and_after_the_work() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().to_str().unwrap();
        assert!(
            check_writable(path)
                .unwrap_err()
                .to_string()
                .contains("is a directory")
        );
        let missing = folder.path().join("no/file");
        assert!(
            check_writable(missing.to_str().unwrap())
                .unwrap_err()
                .to_string()
                .contains("no such folder")
        );
        assert!(check_writable(folder.path().join("file").to_str().unwrap()).is_ok());
    }

    #[test]
    fn two_names_of_one_file_collide_and_a_device_takes_both() {
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("there"), "").unwrap();
        symlink(path("there"), path("link")).unwrap();
        for (one, other, expected) in [
            (path("new"), path("./new"), true),
            (path("there"), path("link"), true),
            (path("new"), path("newer"), false),
            (path("new"), "-".to_owned(), false),
            ("-".to_owned(), "-".to_owned(), true),
            ("-".to_owned(), "/dev/stdout".to_owned(), true),
            ("/dev/null".to_owned(), "/dev/null".to_owned(), false),
        ] {
            assert_eq!(collide(&one, &other).unwrap(), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_stays_in_its_folder() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "before").unwrap();
        write_to(&file);
        assert_eq!(fs::read_to_string(&file).unwrap(), "written");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
