use std::fs::File;
use std::io::{self, Read};

use schema::evidence::InputFile;
use sha2::{Digest, Sha256};

use crate::ToolkitError;
use crate::files::hexadecimal;

/// A file that may be too large to be kept, or a named pipe: opened and read once, from the beginning to the end, and its digest
/// taken on the way.
#[derive(Debug)]
pub struct InputStream {
    name: String,
    file: File,
    digest: Sha256,
}

impl InputStream {
    /// Opens the file at `path`.
    pub fn open(path: &str) -> Result<InputStream, ToolkitError> {
        let file = File::open(path).map_err(|source| unreadable(path, source))?;
        Ok(InputStream {
            name: path.to_owned(),
            file,
            digest: Sha256::new(),
        })
    }

    /// The next bytes of the file: `limit` of them, or as many as are left.
    pub fn read_up_to(&mut self, limit: u64) -> Result<Vec<u8>, ToolkitError> {
        let mut content = Vec::new();
        self.take(limit)
            .read_to_end(&mut content)
            .map_err(|source| unreadable(&self.name, source))?;
        Ok(content)
    }

    /// Reads what is left and returns the entry for `provenance[].inputs`.
    pub fn finish(mut self) -> Result<InputFile, ToolkitError> {
        io::copy(&mut self, &mut io::sink()).map_err(|source| unreadable(&self.name, source))?;
        Ok(InputFile {
            path: self.name,
            sha256: hexadecimal(&self.digest.finalize()),
        })
    }
}

impl Read for InputStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.digest.update(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

fn unreadable(path: &str, source: io::Error) -> ToolkitError {
    ToolkitError::Read {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::sha256;

    #[test]
    fn the_digest_is_that_of_the_whole_file_however_little_of_it_was_asked_for() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("file");
        let content = b"0123456789".repeat(20_000);
        std::fs::write(&path, &content).unwrap();
        let mut stream = InputStream::open(path.to_str().unwrap()).unwrap();
        assert_eq!(stream.read_up_to(4).unwrap(), b"0123");
        assert_eq!(stream.finish().unwrap().sha256, sha256(&content));
    }

    #[test]
    fn a_folder_is_no_file_to_read() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().to_str().unwrap();
        let refusal = InputStream::open(path).unwrap().read_up_to(1).unwrap_err();
        assert!(refusal.to_string().contains("cannot be read"), "{refusal}");
    }
}
