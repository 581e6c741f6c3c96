//! The service's endpoints: which there are, and what each does.

mod body;
pub(crate) mod connection;
mod describe;
mod ending;
mod predict;
mod reply;
mod request;
mod visit;
mod warmup;

use std::time::Instant;

use hyper::body::Incoming;
use hyper::{Method, Request};
use tokio::sync::watch;

use crate::artifacts::Model;
use crate::error::Error;
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::truth::Recorder;
use ending::Ending;
use reply::Reply;

/// Changes, to an error, once the server is closing.
pub(crate) type Closing = watch::Receiver<()>;

/// Everything that a request needs.
#[derive(Debug)]
pub(crate) struct Service {
    model: Option<Model>,
    faults: Faults,
    metrics: Metrics,
    truth: Option<Recorder>,
    closing: Closing,
}

impl Service {
    pub(crate) fn new(
        model: Option<Model>,
        faults: Faults,
        truth: Option<Recorder>,
        closing: Closing,
    ) -> Result<Self, Error> {
        let metrics = Metrics::new(model.is_some())?;
        Ok(Self {
            model,
            faults,
            metrics,
            truth,
            closing,
        })
    }

    /// Answers one request, or says how its connection is to end without an answer.
    async fn answer(&self, request: Request<Incoming>) -> Result<Reply, Ending> {
        let arrival = Instant::now();
        let (method, endpoint) = (method_label(&request), endpoint_label(&request));
        let reply = if (method, endpoint) == ("POST", "/predict") {
            self.predict(request.into_body(), arrival).await?
        } else {
            self.faults.wait_out_stall().await;
            let reply = self
                .answer_beside_predict(method, endpoint, request)
                .await?;
            self.faults.wait_out_stall().await;
            reply
        };
        self.metrics
            .answered(method, endpoint, reply.status().as_str(), arrival.elapsed());
        Ok(reply)
    }

    async fn answer_beside_predict(
        &self,
        method: &str,
        endpoint: &str,
        request: Request<Incoming>,
    ) -> Result<Reply, Ending> {
        Ok(match (method, endpoint) {
            ("GET", "/healthz") => self.healthz(),
            ("GET", "/metadata") => self.metadata(),
            ("GET", "/metrics") => reply::prometheus(self.metrics.to_text()),
            ("POST", "/warmup") => return self.warmup(request.into_body()).await,
            (_, "/predict" | "/warmup") => reply::method_not_allowed(request.method(), "POST"),
            (_, "/healthz" | "/metadata" | "/metrics") => {
                reply::method_not_allowed(request.method(), "GET")
            }
            _ => reply::not_found(request.uri().path()),
        })
    }
}

/// The method as it is counted: those that no endpoint takes are one.
fn method_label(request: &Request<Incoming>) -> &'static str {
    match *request.method() {
        Method::GET => "GET",
        Method::POST => "POST",
        _ => "other",
    }
}

/// The path as it is counted: those that are unknown are one.
fn endpoint_label(request: &Request<Incoming>) -> &'static str {
    let path = request.uri().path();
    ["/predict", "/healthz", "/metadata", "/warmup", "/metrics"]
        .into_iter()
        .find(|known| *known == path)
        .unwrap_or("other")
}
