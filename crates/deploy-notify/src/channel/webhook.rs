//! A webhook of one's own: JSON, signed as GitHub signs, with the time in what is signed so that nobody can send it again
//! later.

use std::hash::{BuildHasher, RandomState};

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Channel, Kind, Opened};
use crate::delivery::{Address, Header, Request};
use crate::message::Message;
use crate::options::Options;
use crate::secret::Secret;
use crate::text::{fitted, plain};

pub(super) const KIND: Kind = Kind {
    name: "webhook",
    wanted: Options::has_webhook,
    open,
};

/// Of one text of the document.
const TEXT_LIMIT: usize = 1000;

struct Webhook {
    address: Address,
    key: Option<Secret>,
    secrets: Vec<Secret>,
    body: String,
}

fn open(options: &Options, message: &Message) -> Opened {
    let key = Secret::find_if_any(
        "--webhook-key-file",
        options.webhook_key_file.as_deref(),
        &["PERFPIPE_WEBHOOK_KEY"],
    )?;
    let mut secrets: Vec<Secret> = key.iter().cloned().collect();
    let address = match &options.webhook {
        Some(url) => Address::typed(url)?,
        None => {
            let variable = options.webhook_env.as_deref().unwrap_or_default();
            let url = Secret::find(
                "--webhook-file",
                options.webhook_file.as_deref(),
                &[variable],
            )?;
            let address = Address::secret(&url)?;
            secrets.extend(url.of_address(&address.path));
            address
        }
    };
    Ok(Box::new(Webhook {
        address,
        key,
        secrets,
        body: payload(message).to_string(),
    }))
}

impl Channel for Webhook {
    fn requests(&self) -> Vec<Request> {
        let mut headers = vec![Header::open("Content-Type", "application/json")];
        let mut secrets = self.secrets.clone();
        if let Some(key) = &self.key {
            let time = Timestamp::now().as_second().to_string();
            headers.push(Header::open("X-Perfpipe-Timestamp", &time));
            let signature = signature(key.expose().as_bytes(), &time, &self.body);
            secrets.push(key.part(&signature));
            headers.push(Header::secret("X-Perfpipe-Signature-256", signature));
        }
        vec![Request {
            method: "POST",
            address: self.address.clone(),
            headers,
            body: Some(self.body.clone()),
            secrets,
            permission: None,
        }]
    }

    fn taken(&self) -> &'static str {
        match self.key {
            Some(_) => "sent",
            None => "sent, not signed: there is no key",
        }
    }
}

/// HMAC-SHA256 (RFC 2104) of the time, a full stop and the body.
fn signature(key: &[u8], time: &str, body: &str) -> String {
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    for part in [time, ".", body] {
        mac.update(part.as_bytes());
    }
    let digits: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256={digits}")
}

/// What is not known is left out.
fn payload(message: &Message) -> Value {
    let cut = |text: &String| fitted(text, TEXT_LIMIT, plain);
    let failed_checks: Vec<Value> = message
        .findings
        .iter()
        .map(|finding| {
            json!({
                "section": finding.section,
                "name": cut(&finding.name),
                "status": finding.status,
                "text": cut(&finding.text),
            })
        })
        .collect();
    let mut payload = json!({
        "version": "1.0",
        "delivery": delivery(),
        "time": message.time,
        "environment": message.environment,
        "status": message.status.name(),
        "verdict": message.verdict,
        "summary": cut(&message.summary),
        "message": message.text,
        "revision": message.revision,
        "commit": message.commit,
        "run": message.run,
        "url": message.url,
        "environment_url": message.environment_url,
        "failed_checks": failed_checks,
        "failed_checks_total": message.findings_in_all,
    });
    if let Some(object) = payload.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    payload
}

/// The same in each attempt: whoever got it already knows it by that.
fn delivery() -> String {
    let chance = || RandomState::new().hash_one(0);
    format!("{:016x}{:016x}", chance(), chance())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::testing::message;

    #[test]
    fn the_signature_is_that_of_openssl() {
        assert_eq!(
            signature(b"Jefe", "what do ya want for nothing?", ""),
            // printf 'what do ya want for nothing?.' | openssl dgst -sha256 -hmac Jefe
            "sha256=38c6c848e5a2f57451f5095df6370d5c9b83175b99df46422b34960c28def6ae"
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let unknown = Message {
            verdict: None,
            text: None,
            run: None,
            ..message("a")
        };
        let payload = payload(&unknown);
        for key in ["verdict", "message", "run"] {
            assert!(payload.get(key).is_none(), "{payload}");
        }
        assert_eq!(payload["failed_checks"].as_array().unwrap().len(), 20);
        assert_eq!(payload["failed_checks_total"], 30);
    }

    #[test]
    fn no_two_deliveries_are_the_same() {
        assert_ne!(delivery(), delivery());
    }
}
