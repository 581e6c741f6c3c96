//! `GET /healthz` and `GET /metadata`.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::Service;
use super::reply::{self, Reply};
use crate::policy::INPUTS;

impl Service {
    /// 200 with a model, 503 without one.
    pub(super) fn healthz(&self) -> Reply {
        match &self.model {
            Some(model) => {
                let health =
                    json!({ "status": "ok", "version": model.card.version, "device": "cpu" });
                reply::json(StatusCode::OK, &health)
            }
            None => {
                let health = json!({ "status": "no_model", "version": null, "device": "cpu" });
                reply::json(StatusCode::SERVICE_UNAVAILABLE, &health)
            }
        }
    }

    /// What goes into the model and what comes out of it.
    pub(super) fn metadata(&self) -> Reply {
        let Some(model) = &self.model else {
            return reply::no_model();
        };
        let actions: Map<String, Value> = model
            .card
            .outputs
            .iter()
            .map(|output| {
                (
                    output.name.clone(),
                    json!({ "low": output.low, "high": output.high }),
                )
            })
            .collect();
        let metadata = json!({
            "modelName": model.card.model_name,
            "version": model.card.version,
            "inputShape": [INPUTS],
            "actionSpace": actions,
        });
        reply::json(StatusCode::OK, &metadata)
    }
}
