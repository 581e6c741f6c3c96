use std::time::Instant;

use schema::configuration::{Capture, Probe, ProbeExpect, Sensors};
use serde_json::Value;
use toolkit::ToolkitError;
use toolkit::http::{Client, Exchange, Request, Target};
use toolkit::outside::Outside;

use super::message::Secrets;
use super::observations::{self, METADATA};
use crate::served::Served;

/// A probe with the files and variables that it names, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// As documents name it.
    pub(crate) name: String,
    pub(crate) method: String,
    /// As it is sent.
    pub(crate) path: String,
    /// As it may be printed.
    pub(crate) told_path: String,
    pub(crate) headers: Headers,
    pub(crate) body: Content,
    /// What its answer must be.
    pub(crate) expect: ProbeExpect,
    /// Metrics that must have grown.
    pub(crate) increases: Vec<Increase>,
    /// How many answers must be so.
    pub(crate) samples: u64,
    /// What is captured of the last of them.
    pub(crate) captures: Vec<Wanted>,
}

/// A value to capture.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Under which it is known.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) capture: Capture,
    /// Whether it may be printed nowhere.
    pub(crate) is_secret: bool,
}

/// A metric that must have grown since it was captured.
#[derive(Clone, Debug)]
pub(crate) struct Increase {
    /// Under which it was captured.
    pub(crate) name: String,
    /// Where it stood, and stands again.
    pub(crate) capture: Capture,
    /// What it was.
    pub(crate) since: f64,
    /// How much more it must be.
    pub(crate) least: f64,
}

/// What a request carries.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Nothing,
    Bytes(Vec<u8>),
    /// Observations that get as many sensor values as the service says.
    AsTheServiceSays(Value),
}

/// The headers of a request. They may hold secrets, so they are not printed.
#[derive(Clone, Default)]
pub(crate) struct Headers {
    sent: Vec<(String, String)>,
    secrets: Secrets,
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.sent.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

impl Headers {
    /// Sends another, in place of an earlier one of its name.
    pub(crate) fn add(&mut self, name: &str, value: String) {
        self.sent.push((name.to_owned(), value));
    }

    /// Prints these texts nowhere.
    pub(crate) fn hide(&mut self, secrets: Vec<String>) {
        self.secrets.extend(secrets);
    }
}

impl Content {
    /// `json`, with as many observations and sensor values as `probe` says.
    pub(crate) fn of_json(probe: &Probe, json: &Value) -> Content {
        let json = match probe.observations {
            None => json.clone(),
            Some(count) => observations::repeated(json, count),
        };
        match probe.sensors {
            None => Content::Bytes(json.to_string().into_bytes()),
            Some(Sensors::Count(count)) => {
                let fitted = observations::fitted(&json, count);
                Content::Bytes(fitted.to_string().into_bytes())
            }
            Some(Sensors::Said(_)) => Content::AsTheServiceSays(json),
        }
    }
}

impl Prepared {
    /// The probe that stands at `place` in its file, as in `checks[0]`. What must be `served` goes before what the file
    /// says. A file or a variable that it names and that cannot be had is an error.
    pub(crate) fn new(
        probe: &Probe,
        place: &str,
        served: &Served,
        outside: &mut Outside,
    ) -> Result<Prepared, ToolkitError> {
        let request = probe.request();
        let mut headers = Headers::default();
        for (name, value) in &probe.headers {
            let value = outside.header(&format!("{place}.headers.{name}"), value)?;
            headers.sent.push((name.clone(), value.sent));
            headers.secrets.extend(value.secrets);
        }
        if probe.json.is_some() && request.header("content-type").is_none() {
            let json = ("Content-Type".to_owned(), "application/json".to_owned());
            headers.sent.push(json);
        }
        let body = match (&probe.body, &probe.body_file, &probe.json) {
            (Some(text), _, _) => Content::Bytes(text.clone().into_bytes()),
            (_, Some(file), _) => Content::Bytes(outside.content(file)?),
            (_, _, Some(json)) => Content::of_json(probe, json),
            (None, None, None) => Content::Nothing,
        };
        let mut expect = probe.expect.clone();
        if let (Some(version), Some(served)) = (&mut expect.version, &served.version) {
            version.equals = Some(served.clone());
        }
        if let (Some(commit), Some(served)) = (&mut expect.commit, &served.commit) {
            commit.equals = Some(served.clone());
        }
        Ok(Prepared {
            name: probe.name.clone(),
            method: request.method().to_owned(),
            path: probe.path.clone(),
            told_path: probe.path.clone(),
            headers,
            body,
            expect,
            increases: Vec::new(),
            samples: probe.samples.unwrap_or(1),
            captures: Vec::new(),
        })
    }

    /// The address that is asked, as it may be printed.
    pub(crate) fn url(&self, target: &Target) -> String {
        format!("{}{}", target.url, self.told_path)
    }

    /// Hides what any of them sends in all of them: a service may echo it to another request.
    pub(crate) fn share_secrets<'a>(probes: impl Iterator<Item = &'a mut Prepared>) {
        let mut probes: Vec<&mut Prepared> = probes.collect();
        let secrets: Vec<String> = probes
            .iter()
            .flat_map(|probe| probe.secrets().all())
            .collect();
        for probe in &mut probes {
            probe.headers.hide(secrets.clone());
        }
    }

    /// What may be printed nowhere.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.headers.secrets
    }

    /// Sends the request once, with these bytes.
    pub(crate) fn send(
        &self,
        client: &Client,
        target: &Target,
        body: Option<&[u8]>,
        deadline: Instant,
    ) -> Exchange {
        let request = Request {
            method: &self.method,
            path: &self.path,
            headers: &self.headers.sent,
            body,
        };
        client.send(target, &request, deadline)
    }

    /// Sends the request once, with its own body even where the service would say how many sensor values it needs: whether
    /// something answers is the same either way.
    pub(crate) fn send_as_it_stands(
        &self,
        client: &Client,
        target: &Target,
        deadline: Instant,
    ) -> Exchange {
        let body = match &self.body {
            Content::Nothing => None,
            Content::Bytes(bytes) => Some(bytes.clone()),
            Content::AsTheServiceSays(observations) => Some(observations.to_string().into_bytes()),
        };
        self.send(client, target, body.as_deref(), deadline)
    }

    /// Asks the service for its metadata, as whoever sends the request.
    pub(crate) fn send_for_metadata(
        &self,
        client: &Client,
        target: &Target,
        deadline: Instant,
    ) -> Exchange {
        let request = Request {
            method: "GET",
            path: METADATA,
            headers: &self.headers.sent,
            body: None,
        };
        client.send(target, &request, deadline)
    }
}
