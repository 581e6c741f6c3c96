//! The body of a request, up to the limit.

use http_body_util::{BodyExt, LengthLimitError, Limited};
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
pub(super) async fn read(body: Incoming) -> Result<Bytes, NoBody> {
    if body.size_hint().lower() > BODY_BYTES as u64 {
        return Err(NoBody::TooLarge);
    }
    match Limited::new(body, BODY_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(NoBody::TooLarge),
        Err(_) => Err(NoBody::Gone),
    }
}
