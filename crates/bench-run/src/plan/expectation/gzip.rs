use std::io::Read;

use flate2::bufread::MultiGzDecoder;

/// More than a service has reason to send; a few kilobytes can stand for gigabytes.
const LARGEST_DECODED_BYTES: u64 = 64 << 20;

/// What a gzip stream stands for; `None` if it is broken, or too much.
pub(super) fn decoded(body: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let read = MultiGzDecoder::new(body)
        .take(LARGEST_DECODED_BYTES + 1)
        .read_to_end(&mut decoded);
    read.is_ok_and(|bytes| bytes as u64 <= LARGEST_DECODED_BYTES)
        .then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::{self, Write};

    fn encoded(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded_and_nothing_less(
            body in proptest::collection::vec(any::<u8>(), 0..500),
            missing in 1_usize..100,
        ) {
            let whole = encoded(&body);
            let part = &whole[..whole.len().saturating_sub(missing)];
            prop_assert_eq!(decoded(&whole), Some(body));
            prop_assert_eq!(decoded(part), None);
        }

        #[test]
        fn no_bytes_whatever_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = decoded(&bytes);
            let _ = decoded(&[b"\x1f\x8b\x08\0\0\0\0\0\0\0".as_slice(), &bytes].concat());
        }
    }

    #[test]
    fn a_little_that_stands_for_too_much_is_refused() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        io::copy(
            &mut io::repeat(0).take(LARGEST_DECODED_BYTES + 1),
            &mut encoder,
        )
        .unwrap();
        assert_eq!(decoded(&encoder.finish().unwrap()), None);
    }
}
