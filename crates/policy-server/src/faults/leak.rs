//! `--leak 1MB/s`: resident memory that grows steadily and is never given back.

use std::time::{Duration, Instant};

use crate::timer::Timer;
use crate::units::ByteRate;

/// Time between two steps: at 1 MB/s one step is 13 pages.
const STEP: Duration = Duration::from_millis(50);
/// Address space taken at a time; its pages become resident only when they are written to.
const RESERVE_BYTES: usize = 64 * 1024 * 1024;
/// Bytes that are written at most between two looks at other tasks.
const BURST_BYTES: usize = 1024 * 1024;

/// Grows for as long as it is polled.
pub(super) async fn leak(rate: ByteRate, serving_since: Instant, timer: Timer) {
    // Memory would grow two mebibytes at a time with huge pages. A kernel without them has
    // nothing to turn off.
    let _ = rustix::thread::disable_transparent_huge_pages(true);

    let mut blocks: Vec<Vec<u8>> = Vec::new();
    let mut leaked: u64 = 0;
    loop {
        timer.sleep(STEP).await;
        let due = rate.bytes_per_second * serving_since.elapsed().as_secs_f64();
        let mut missing = (due as u64).saturating_sub(leaked);
        while missing > 0 {
            let step = usize::try_from(missing)
                .unwrap_or(BURST_BYTES)
                .min(BURST_BYTES);
            grow(&mut blocks, step);
            leaked += step as u64;
            missing -= step as u64;
            tokio::task::yield_now().await;
        }
    }
}

/// Writes `bytes` more, into the reserve of the last block as far as it goes. A value other than
/// zero keeps the allocator from handing out untouched pages.
fn grow(blocks: &mut Vec<Vec<u8>>, bytes: usize) {
    let mut missing = bytes;
    while missing > 0 {
        let block = match blocks.pop() {
            Some(block) if block.len() < block.capacity() => Some(block),
            full => {
                blocks.extend(full);
                None
            }
        };
        let mut block = block.unwrap_or_else(|| Vec::with_capacity(RESERVE_BYTES));
        let step = missing.min(block.capacity() - block.len());
        block.resize(block.len() + step, 0xA5);
        blocks.push(block);
        missing -= step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_writes_every_byte_and_moves_to_a_new_block_when_one_is_full() {
        let mut blocks = Vec::new();
        for _ in 0..3 {
            grow(&mut blocks, RESERVE_BYTES / 2 + 1);
        }
        assert_eq!(blocks.len(), 2);
        let written: usize = blocks.iter().map(Vec::len).sum();
        assert_eq!(written, 3 * (RESERVE_BYTES / 2 + 1));
        assert!(blocks.iter().flatten().all(|&byte| byte == 0xA5));
    }
}
