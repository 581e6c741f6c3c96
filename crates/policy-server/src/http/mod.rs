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

use hyper::Request;
use hyper::body::Incoming;

use crate::artifacts::Model;
use crate::closing::Closing;
use crate::faults::Faults;
use crate::metrics::{Endpoint, MethodLabel, Metrics};
use crate::truth::Recorder;
use ending::Ending;
use reply::Reply;

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
    ) -> Self {
        let metrics = Metrics::new(model.is_some());
        Self {
            model,
            faults,
            metrics,
            truth,
            closing,
        }
    }

    /// Answers one request, or says how its connection is to end without an answer.
    async fn answer(&self, request: Request<Incoming>) -> Result<Reply, Ending> {
        let arrival = Instant::now();
        let endpoint = Endpoint::of_path(request.uri().path());
        let method = MethodLabel::of_method(request.method());
        let reply = match (endpoint, method) {
            (Endpoint::Predict, MethodLabel::Post) => {
                self.predict(request.into_body(), arrival).await?
            }
            _ => {
                self.faults.wait_out_stall().await;
                let reply = self
                    .answer_beside_predict(endpoint, method, request)
                    .await?;
                self.faults.wait_out_stall().await;
                reply
            }
        };
        self.metrics
            .answered(method, endpoint, reply.status().as_u16(), arrival.elapsed());
        Ok(reply)
    }

    async fn answer_beside_predict(
        &self,
        endpoint: Endpoint,
        method: MethodLabel,
        request: Request<Incoming>,
    ) -> Result<Reply, Ending> {
        let allowed = match endpoint {
            Endpoint::Other => return Ok(reply::not_found(request.uri().path())),
            Endpoint::Predict | Endpoint::Warmup => MethodLabel::Post,
            Endpoint::Healthz | Endpoint::Metadata | Endpoint::Metrics => MethodLabel::Get,
        };
        if method != allowed {
            return Ok(reply::method_not_allowed(request.method(), allowed.label()));
        }
        match endpoint {
            Endpoint::Healthz => Ok(self.healthz()),
            Endpoint::Metadata => Ok(self.metadata()),
            Endpoint::Metrics => Ok(reply::prometheus(self.metrics.to_text())),
            Endpoint::Warmup => self.warmup(request.into_body()).await,
            Endpoint::Predict | Endpoint::Other => Ok(reply::not_found(request.uri().path())),
        }
    }
}
