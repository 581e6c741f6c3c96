//! `POST /predict`: observations in, actions out, with the faults that were ordered.

use std::time::Instant;

use http_body_util::{BodyExt, Collected};
use hyper::StatusCode;
use hyper::body::Incoming;
use rand_distr::{Distribution, StandardNormal};
use serde::Serialize;

use super::body::{self, NoBody};
use super::reply::{self, Detail, Reply};
use super::request::{self, Batch};
use super::visit::Visit;
use super::{Ending, Service};
use crate::artifacts::Model;
use crate::faults::Fault;
use crate::policy::Action;
use crate::truth::NO_STATUS;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    actions: &'a [Action],
    version: &'a str,
    timing_ms: f64,
    deterministic: bool,
}

impl Service {
    /// A request waits for a worker, in the order of arrival; is worked on, and takes its ordered
    /// latency; and then meets its fault. A stall holds it before its work and after it. A request
    /// that hangs holds its connection, but no worker.
    pub(super) async fn predict(&self, body: Incoming, arrival: Instant) -> Result<Reply, Ending> {
        let fault = self.faults.draw();
        let mut visit = Visit::begin(self.truth.as_ref(), arrival, fault);
        let bytes = match body::read(body).await {
            Ok(bytes) => bytes,
            Err(NoBody::TooLarge) => {
                visit.fault = Fault::None;
                visit.status = StatusCode::PAYLOAD_TOO_LARGE.as_u16();
                return Ok(reply::too_large());
            }
            Err(NoBody::Gone) => return Err(Ending::Close),
        };
        if fault == Fault::Hang {
            return self.hang(visit, &bytes).await;
        }

        let queued = Instant::now();
        let worker = self.faults.take_worker().await;
        self.faults.wait_out_stall().await;
        let started = Instant::now();
        visit.waited = started - queued;

        let reply = self.work(&bytes, &mut visit);
        self.faults.serve_out(started).await;
        visit.service = started.elapsed();
        visit.waited += self.faults.wait_out_stall().await;
        drop(worker);
        self.end(reply, &mut visit).await
    }

    async fn hang(&self, mut visit: Visit<'_>, body: &[u8]) -> Result<Reply, Ending> {
        visit.status = NO_STATUS;
        visit.batch_size = request::parse(body).map_or(0, |batch| batch.size());
        let _ = self.closing.clone().changed().await;
        Err(Ending::Close)
    }

    /// The real work; its answer is thrown away if the request is to fail.
    fn work(&self, body: &[u8], visit: &mut Visit<'_>) -> Reply {
        let Some(model) = &self.model else {
            return reply::no_model();
        };
        match request::parse(body) {
            Ok(batch) => {
                visit.batch_size = batch.size();
                self.infer(model, &batch, visit.fault)
            }
            Err(detail) => reply::errors(StatusCode::UNPROCESSABLE_ENTITY, &detail),
        }
    }

    fn infer(&self, model: &Model, batch: &Batch, fault: Fault) -> Reply {
        let started = Instant::now();
        let mut actions: Vec<Action> = batch
            .inputs
            .iter()
            .map(|inputs| model.policy.act(inputs))
            .collect();
        if !batch.deterministic {
            self.explore(model, &mut actions);
        }
        let took = started.elapsed();
        self.metrics.inferred(took);
        if fault == Fault::ShortBatch {
            actions.pop();
        }
        let answer = Answer {
            actions: &actions,
            version: &model.card.version,
            timing_ms: took.as_secs_f64() * 1e3,
            deterministic: batch.deterministic,
        };
        reply::json(StatusCode::OK, &answer)
    }

    /// Adds the noise that the model card states, and keeps every action within its range.
    fn explore(&self, model: &Model, actions: &mut [Action]) {
        let [throttle, brake, steer] = &model.card.outputs;
        let mut random = self.faults.streams().noise.lock();
        for action in actions {
            let parts = [
                (&mut action.throttle, throttle),
                (&mut action.brake, brake),
                (&mut action.steer, steer),
            ];
            for (value, output) in parts {
                let normal: f32 = StandardNormal.sample(&mut *random);
                *value = (*value + output.exploration_std * normal)
                    .max(output.low)
                    .min(output.high);
            }
        }
    }

    /// What becomes of a finished answer.
    async fn end(&self, reply: Reply, visit: &mut Visit<'_>) -> Result<Reply, Ending> {
        visit.status = reply.status().as_u16();
        match visit.fault {
            Fault::None | Fault::Hang => Ok(reply),
            Fault::ShortBatch => {
                // An error has no action that could be missing.
                if reply.status() != StatusCode::OK {
                    visit.fault = Fault::None;
                }
                Ok(reply)
            }
            Fault::Fail => {
                visit.status = self.faults.fail_status();
                let status =
                    StatusCode::from_u16(visit.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Ok(reply::errors(
                    status,
                    &[Detail::of_request("failed as ordered (--fail)")],
                ))
            }
            Fault::Reset => {
                visit.status = NO_STATUS;
                Err(Ending::Reset)
            }
            Fault::Truncate => Err(Ending::Truncate(first_half(reply).await)),
        }
    }
}

/// The head with the whole length, and half of the body.
async fn first_half(reply: Reply) -> Vec<u8> {
    let status = reply.status();
    let Ok(body) = reply.into_body().collect().await.map(Collected::to_bytes);
    let length = body.len();
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(&body[..length / 2]);
    bytes
}
