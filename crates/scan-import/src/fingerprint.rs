use sha2::{Digest, Sha256};

/// 128 bits of a digest that stand for some texts: what is counted once needs to be known again, not to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Of texts in their order. Where one ends and the next begins makes a difference.
    pub(crate) fn of(texts: &[&str]) -> Fingerprint {
        Fingerprint::of_bytes(texts.iter().map(|text| text.as_bytes()))
    }

    /// The same thing in another place is another one.
    pub(crate) fn within(self, place: &str) -> Fingerprint {
        Fingerprint::of_bytes([&self.0, place.as_bytes()])
    }

    fn of_bytes<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Fingerprint {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let mut half = [0; 16];
        half.iter_mut()
            .zip(digest.finalize())
            .for_each(|(ours, theirs)| *ours = theirs);
        Fingerprint(half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_only_in_where_texts_end_differs() {
        assert_ne!(Fingerprint::of(&["ab", "c"]), Fingerprint::of(&["a", "bc"]));
        assert_eq!(Fingerprint::of(&["ab", "c"]), Fingerprint::of(&["ab", "c"]));
        let one = Fingerprint::of(&["a"]);
        assert_ne!(one.within("x"), one.within("y"));
    }
}
