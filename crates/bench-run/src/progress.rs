use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use toolkit::Streams;

const REDRAW_EVERY: Duration = Duration::from_millis(200);

/// A bar on stderr for a person who watches; nothing for a log.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar of that many steps; `None` if nobody knows how many there will be.
    pub fn new(steps: Option<usize>, streams: &Streams<'_>) -> Progress {
        let watched = streams.stderr_is_terminal && !streams.quiet;
        let target = if watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(steps.map(|steps| steps as u64), target);
        let template = match steps {
            Some(_) => "{elapsed_precise} [{bar:30}] {pos}/{len} {msg}",
            None => "{elapsed_precise} {spinner} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
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

    /// What a search for the capacity looks at now; without a rate, it is in closed loop.
    pub fn searching(&self, scenario: &str, rate_rps: Option<f64>) {
        let repetition = self.bar.position() + 1;
        let load = rate_rps.map_or("closed loop".to_owned(), |rate| format!("{rate:.1} rps"));
        self.bar
            .set_message(format!("{scenario}, repetition {repetition}: {load}"));
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
