//! SHA-256 digests of files, in hexadecimal.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::Error;

/// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Refuses bytes whose digest is not the expected one.
pub(super) fn verify(path: &Path, bytes: &[u8], expected: &str) -> Result<(), Error> {
    let found = sha256_hex(bytes);
    if found.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    Err(Error::Digest {
        path: path.to_owned(),
        expected: expected.to_owned(),
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn an_error_names_file_expected_and_found() {
        let error = verify(Path::new("model.safetensors"), b"abc", "00ff")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("model.safetensors: "), "{error}");
        assert!(error.contains("expected 00ff, found ba7816bf"), "{error}");
    }
}
