//! `--leak 1MB/s`: resident memory that grows steadily and is never given back.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// Time between two steps: at 1 MB/s one step is two blocks at most.
const STEP: Duration = Duration::from_millis(50);
/// Small enough that the allocator takes it from its heap: a mapping of its own would cost a page more.
const BLOCK_BYTES: usize = 32 * 1024;

/// Grows until the process ends.
pub(crate) fn start(bytes_per_second: f64) -> io::Result<()> {
    // Memory would grow two mebibytes at a time with huge pages. A kernel without them has
    // nothing to turn off.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let grow = move || {
        let started = Instant::now();
        let mut blocks = Vec::new();
        loop {
            thread::sleep(STEP);
            let due = bytes_per_second * started.elapsed().as_secs_f64();
            while ((blocks.len() * BLOCK_BYTES) as f64) < due {
                // A value other than zero keeps the allocator from handing out untouched pages.
                blocks.push(vec![0xA5_u8; BLOCK_BYTES]);
            }
        }
    };
    thread::Builder::new()
        .name("leak".to_owned())
        .spawn(grow)
        .map(drop)
}
