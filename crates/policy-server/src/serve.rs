//! The life of the server: from the artifacts to the first line on stdout, and from a signal to
//! the last record in the truth file.

use std::convert::Infallible;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::arguments::Arguments;
use crate::artifacts::Model;
use crate::error::Error;
use crate::faults::{Faults, leak};
use crate::http::{Service, connection};
use crate::{say, truth};

/// In-flight requests get this long to finish after a signal.
const DRAIN_AT_MOST: Duration = Duration::from_secs(2);
/// Pause after an accept that failed, as it does when descriptors run out.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(10);

/// Serves until SIGTERM or SIGINT.
pub(crate) fn serve(arguments: &Arguments, stdout: &mut dyn Write) -> Result<(), Error> {
    let model = match &arguments.artifacts {
        Some(folder) => Some(Model::load(folder)?),
        None => None,
    };
    let (recorder, truth) = match &arguments.truth {
        Some(path) => {
            truth::Writer::open(path).map(|(recorder, truth)| (Some(recorder), Some(truth)))?
        }
        None => (None, None),
    };
    let runtime = runtime()?;
    let served = runtime.block_on(until_signal(arguments, model, recorder, stdout));
    // Requests that still hang end with the runtime, and leave their records.
    drop(runtime);
    let written = truth.map_or(Ok(()), truth::Writer::close);
    served.and(written)
}

/// One thread for one CPU saves all synchronisation between threads.
fn runtime() -> Result<Runtime, Error> {
    let mut builder = match thread::available_parallelism().map_or(1, usize::from) {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder
        .enable_all()
        .build()
        .map_err(Error::system("cannot start the asynchronous runtime"))
}

async fn until_signal(
    arguments: &Arguments,
    model: Option<Model>,
    recorder: Option<truth::Recorder>,
    stdout: &mut dyn Write,
) -> Result<(), Error> {
    let mut signals = Signals::new()?;
    let (listener, address) = listen(&arguments.host, arguments.port).await?;
    let faults = Faults::start(arguments)?;
    if let Some(rate) = arguments.leak {
        leak::start(rate).map_err(Error::system("cannot start the thread that leaks"))?;
    }
    // Closing is the end of the sender, for everything that waits.
    let (open, closing) = watch::channel(());
    let service = Arc::new(Service::new(model, faults, recorder, closing.clone())?);

    say(stdout, &format!("listening on http://{address}"));

    // Every connection holds a sender: when all are gone, so are the connections.
    let (alive, mut all_gone) = mpsc::channel::<Infallible>(1);
    loop {
        let accepted = tokio::select! {
            biased;
            () = signals.next() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (service, closing) = (Arc::clone(&service), closing.clone());
                let alive = alive.clone();
                tokio::spawn(async move {
                    connection::serve(stream, service, closing).await;
                    drop(alive);
                });
            }
            Err(_) => tokio::time::sleep(AFTER_FAILED_ACCEPT).await,
        }
    }

    drop(listener);
    drop(alive);
    drop(open);
    tokio::select! {
        _ = all_gone.recv() => {}
        () = signals.next() => {}
        () = tokio::time::sleep(DRAIN_AT_MOST) => {}
    }
    Ok(())
}

async fn listen(host: &str, port: u16) -> Result<(TcpListener, SocketAddr), Error> {
    let refused = |source| Error::Listen {
        host: host.to_owned(),
        port,
        source,
    };
    let listener = TcpListener::bind((host, port)).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

/// SIGTERM and SIGINT, caught from here on.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, Error> {
        let catch = |kind| signal(kind).map_err(Error::system("cannot catch signals"));
        Ok(Self {
            terminate: catch(SignalKind::terminate())?,
            interrupt: catch(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
