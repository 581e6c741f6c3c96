//! One connection, from its first byte to the way that it ends.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Closing, Ending, Service};

/// What a client still sends after our end of the connection is taken in for this long.
const LINGER_AT_MOST: Duration = Duration::from_secs(2);

/// Serves the connection until it ends, or until the server closes and its request is answered.
pub(crate) async fn serve(stream: TcpStream, service: Arc<Service>, mut closing: Closing) {
    // Without it, an answer in two segments waits for the client's delayed acknowledgement. A
    // socket that refuses is one whose client has gone.
    let _ = stream.set_nodelay(true);

    let mut connection = http1::Builder::new().serve_connection(
        TokioIo::new(stream),
        service_fn(move |request| {
            let service = Arc::clone(&service);
            async move { service.answer(request).await }
        }),
    );
    let ended = tokio::select! {
        biased;
        ended = &mut connection => Some(ended),
        _ = closing.changed() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };

    let stream = connection.into_parts().io.into_inner();
    match ended.as_ref().err().and_then(Ending::of) {
        Some(Ending::Reset) => reset(stream),
        Some(Ending::Truncate(bytes)) => cut_off(stream, &bytes).await,
        Some(Ending::Close) => {}
        None if closing.has_changed().is_err() => {}
        None => take_in_the_rest(stream).await,
    }
}

/// Closing a socket that lingers for no time sends RST instead of FIN.
fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
}

async fn cut_off(mut stream: TcpStream, bytes: &[u8]) {
    // A client that has gone has its truncated answer all the same.
    if stream.write_all(bytes).await.is_ok() && stream.shutdown().await.is_ok() {
        take_in_the_rest(stream).await;
    }
}

/// Closing a socket with unread bytes in it sends RST, and that can overtake an answer, such as
/// the 413 to a body that is too large.
async fn take_in_the_rest(mut stream: TcpStream) {
    let mut rest = [0; 4_096];
    let until_the_end = async { while matches!(stream.read(&mut rest).await, Ok(1..)) {} };
    let _ = tokio::time::timeout(LINGER_AT_MOST, until_the_end).await;
}
