//! The body of a request, up to the limit.

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};

use crate::limits::BODY_BYTES;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoBody {
    /// It is larger than allowed.
    TooLarge,
    /// The client went away before its end.
    Gone,
}

/// The whole body. One that came in one piece, as almost all do, is not copied.
pub(super) async fn read(mut body: Incoming) -> Result<Bytes, NoBody> {
    if body.size_hint().lower() > BODY_BYTES as u64 {
        return Err(NoBody::TooLarge);
    }
    let first = next(&mut body).await?.unwrap_or_default();
    if body.is_end_stream() {
        return Ok(first);
    }
    let mut whole = first.to_vec();
    while let Some(more) = next(&mut body).await? {
        if whole.len() + more.len() > BODY_BYTES {
            return Err(NoBody::TooLarge);
        }
        whole.extend_from_slice(&more);
    }
    Ok(whole.into())
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, NoBody> {
    while let Some(frame) = body.frame().await {
        match frame.map_err(|_| NoBody::Gone)?.into_data() {
            Ok(bytes) => return Ok(Some(bytes)),
            // Trailers say nothing that is asked for here.
            Err(_) => continue,
        }
    }
    Ok(None)
}
