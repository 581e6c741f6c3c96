use std::collections::HashMap;

use crate::fingerprint::Fingerprint;

/// Lines are kept 64 at a time. So many of these need about 100 MB, and hold a hundred million lines.
const MOST_BLOCKS: usize = 1_800_000;

const LINES_PER_BLOCK: u32 = u64::BITS;

/// Which lines of which files could be executed, and which were; each line counts once, however often it is told of.
#[derive(Debug, Default)]
pub(crate) struct CoveredLines {
    files: HashMap<Fingerprint, u32>,
    blocks: HashMap<(u32, u32), Block>,
}

/// A bit a line.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    valid: u64,
    covered: u64,
}

impl CoveredLines {
    /// Takes a line that could be executed, with whether it was.
    ///
    /// # Errors
    /// In words, where there are more lines than any project has.
    pub(crate) fn add(
        &mut self,
        file: Fingerprint,
        line: u32,
        covered: bool,
    ) -> Result<(), &'static str> {
        let next = self.files.len() as u32;
        let file = *self.files.entry(file).or_insert(next);
        let block = (file, line / LINES_PER_BLOCK);
        if self.blocks.len() >= MOST_BLOCKS && !self.blocks.contains_key(&block) {
            return Err(
                "more lines than can be kept apart, expected at most about a hundred million",
            );
        }
        let block = self.blocks.entry(block).or_default();
        let bit = 1 << (line % LINES_PER_BLOCK);
        block.valid |= bit;
        if covered {
            block.covered |= bit;
        }
        Ok(())
    }

    /// Whether lines of this file are known.
    pub(crate) fn knows(&self, file: Fingerprint) -> bool {
        self.files.contains_key(&file)
    }

    /// Lines that were executed, and those that could be.
    pub(crate) fn counts(&self) -> (u64, u64) {
        self.blocks.values().fold((0, 0), |counts, block| {
            (
                counts.0 + u64::from(block.covered.count_ones()),
                counts.1 + u64::from(block.valid.count_ones()),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn a_line_counts_once_and_is_covered_if_it_ever_was(
            told in prop::collection::vec((0..3_u32, 0..300_u32, any::<bool>()), 0..400)
        ) {
            let mut lines = CoveredLines::default();
            let mut plain: BTreeMap<(u32, u32), bool> = BTreeMap::new();
            for (file, line, covered) in told {
                lines.add(Fingerprint::of(&[&file.to_string()]), line, covered).unwrap();
                *plain.entry((file, line)).or_default() |= covered;
            }
            let covered = plain.values().filter(|covered| **covered).count() as u64;
            prop_assert_eq!(lines.counts(), (covered, plain.len() as u64));
        }
    }
}
