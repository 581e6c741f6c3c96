//! The wait for a service that is starting.

use std::thread;
use std::time::{Duration, Instant};

use toolkit::http::{Client, Exchange, FailureKind, Target};
use toolkit::{Interrupt, Streams, Tool, on_one_line};

use crate::probe::Prepared;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A request that is lost is no service that is not up.
const LONGEST_QUESTION: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long somebody who wants to stop it waits.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long to wait.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// In all.
    pub(crate) wait: Duration,
    /// For one answer.
    pub(crate) timeout: Duration,
}

/// Asks the first question, with longer and longer pauses, until something answers it that is not starting, or
/// patience ends. What the answer is worth is judged later.
pub(crate) fn wait(
    tool: &Tool,
    first: &Prepared,
    client: &Client,
    target: &Target,
    patience: Patience,
    interrupt: &Interrupt,
    streams: &mut Streams<'_>,
) {
    let began = Instant::now();
    let until = began + patience.wait;
    let (mut pause, mut has_said) = (FIRST_PAUSE, false);
    while Instant::now() < until && !interrupt.asked() {
        let deadline = until.min(Instant::now() + patience.timeout.min(LONGEST_QUESTION));
        let exchange = first.send_as_it_stands(client, target, deadline);
        let Some(why) = is_starting(&exchange) else {
            if has_said {
                let seconds = began.elapsed().as_secs_f64();
                streams.say(&format!("{}: up after {seconds:.1} s", tool.name));
            }
            return;
        };
        if !has_said {
            let words = format!(
                "{}: waiting up to {} s for {}: {why}",
                tool.name,
                patience.wait.as_secs_f64(),
                first.url(target)
            );
            streams.say(&on_one_line(&words));
            has_said = true;
        }
        sleep(
            pause.min(until.saturating_duration_since(Instant::now())),
            interrupt,
        );
        pause = LONGEST_PAUSE.min(pause * 2);
    }
    if has_said {
        let seconds = began.elapsed().as_secs_f64();
        streams.say(&format!("{}: not up after {seconds:.1} s", tool.name));
    }
}

/// Why a service may still be starting; `None` if it is not. A certificate does not heal, and what is not HTTP does not become
/// it.
fn is_starting(exchange: &Exchange) -> Option<String> {
    match &exchange.failure {
        Some(failure) => match failure.kind {
            FailureKind::Dns | FailureKind::Connect | FailureKind::Reset | FailureKind::Timeout => {
                Some(failure.message.clone())
            }
            FailureKind::Tls | FailureKind::Protocol => None,
        },
        None => (exchange.status == Some(503)).then(|| "status 503".to_owned()),
    }
}

fn sleep(time: Duration, interrupt: &Interrupt) {
    let until = Instant::now() + time;
    while !interrupt.asked() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(LOOK_EVERY));
    }
}
