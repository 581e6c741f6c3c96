//! What requests travel on: TCP, TLS over TCP, or a Unix domain socket.

mod endpoint;
mod security;
mod stream;
mod tls;

pub use endpoint::Endpoint;
pub use security::find as security;
pub use stream::{Broken, Opened, Received, Stream};
