//! An answer that never comes: the input is kept, and the program ends.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Whatever takes longer hangs.
const HANGS: Duration = Duration::from_secs(20);

/// The input under way, if there is one.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Option<UnderWay>>>);

struct UnderWay {
    since: Instant,
    input: Vec<u8>,
}

impl Watch {
    pub(crate) fn start(folder: PathBuf) -> Watch {
        let watch = Watch::default();
        let watched = watch.clone();
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_secs(1));
                let under_way = watched.0.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(UnderWay { since, input }) = under_way.as_ref()
                    && since.elapsed() > HANGS
                {
                    let path = super::kept(&folder, input, 0);
                    eprintln!("no answer: {}", path.display());
                    std::process::exit(1);
                }
            }
        });
        watch
    }

    pub(crate) fn begin(&self, input: &[u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(UnderWay {
            since: Instant::now(),
            input: input.to_vec(),
        });
    }

    pub(crate) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
