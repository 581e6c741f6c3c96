use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use toolkit::Streams;

const REDRAW_EVERY: Duration = Duration::from_millis(200);

/// A bar on stderr for a person who watches; nothing for a log.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar of that many steps.
    pub fn new(steps: usize, streams: &Streams<'_>) -> Progress {
        let watched = streams.stderr_is_terminal && !streams.quiet;
        let target = if watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(steps as u64), target);
        if let Ok(style) =
            ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {pos}/{len} {msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        if watched {
            bar.enable_steady_tick(REDRAW_EVERY);
        }
        Progress { bar }
    }

    /// What is measured now; `label` tells services apart where there are several.
    pub fn measuring(
        &self,
        label: Option<&str>,
        scenario: &str,
        repetition: u64,
        repetitions: u64,
    ) {
        let of = label
            .map(|label| format!(" of {label}"))
            .unwrap_or_default();
        self.bar.set_message(format!(
            "{scenario}{of}, repetition {} of {repetitions}",
            repetition + 1
        ));
    }

    /// One step is done.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// Clears the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
