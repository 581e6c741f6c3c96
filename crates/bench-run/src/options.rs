use argh::FromArgs;
use schema::Measured;
use schema::configuration::{ArrivalLaw, BenchmarkFile};

use crate::capacity::Condition;
use crate::error::BenchError;

/// Loads an HTTP service as the configuration says and writes the evidence document to stdout.
#[derive(Clone, Debug, FromArgs)]
pub struct Options {
    /// what to measure, as in config/ci-benchmark.yaml (YAML or JSON)
    #[argh(option)]
    pub config: String,

    /// the service's address, as in http://127.0.0.1:8080, https://host or unix:/run/app.sock
    #[argh(option)]
    pub target: Option<String>,

    /// the service's name in the environments file (default: local)
    #[argh(option)]
    pub environment: Option<String>,

    /// the environments file (default: environments.yaml beside the configuration)
    #[argh(option)]
    pub environments: Option<String>,

    /// open loop: requests that become due per second in every scenario, whatever the service does
    #[argh(option, arg_name = "rps", from_str_fn(rate_rps))]
    pub rate: Option<Measured>,

    /// how they are spaced: constant or poisson (default: constant)
    #[argh(option, arg_name = "law", from_str_fn(arrival_law))]
    pub arrivals: Option<ArrivalLaw>,

    /// search for the highest rate at which a condition holds, as in 'p99_ms<=50', in place of measuring
    #[argh(option, arg_name = "condition")]
    pub find_capacity: Option<Condition>,

    /// where the document goes (default: stdout)
    #[argh(option)]
    pub output: Option<String>,

    /// seed of payloads and of the order of scenarios (default: drawn, and written into the document)
    #[argh(option)]
    pub seed: Option<u64>,

    /// a second service, measured in turn with the first as its baseline: an address, or a command to serve with
    #[argh(option)]
    pub duel: Option<String>,

    /// where the second service's document goes
    #[argh(option)]
    pub duel_output: Option<String>,

    /// start a served process once for all repetitions (default: anew for each)
    #[argh(switch)]
    pub keep_server: bool,

    /// root certificates to trust in place of the system's, in PEM
    #[argh(option)]
    pub cacert: Option<String>,

    /// client certificate to show, in PEM
    #[argh(option)]
    pub cert: Option<String>,

    /// private key of the client certificate, in PEM (default: in the file of --cert)
    #[argh(option)]
    pub key: Option<String>,

    /// take any certificate of the service, with a warning
    #[argh(switch)]
    pub insecure: bool,

    /// end with 2 if the machine is less than the configuration requires (default: warn)
    #[argh(switch)]
    pub strict_hardware: bool,
}

/// A second service to measure in turn with the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duel<'a> {
    /// Its address, or the command that serves it.
    pub service: &'a str,
    /// Where its document goes: `-` is stdout.
    pub output: &'a str,
}

impl Options {
    /// The duel, if one was asked for: with where to, or not at all, and not in a search for the capacity.
    pub fn duel(&self) -> Result<Option<Duel<'_>>, BenchError> {
        let alone = |given, missing| Err(BenchError::Alone { given, missing });
        if self.find_capacity.is_some() && self.duel.is_some() {
            return Err(BenchError::Exclusive {
                one: "--find-capacity",
                other: "--duel",
            });
        }
        match (&self.duel, &self.duel_output) {
            (Some(service), Some(output)) => Ok(Some(Duel { service, output })),
            (Some(_), None) => alone("--duel", "--duel-output"),
            (None, Some(_)) => alone("--duel-output", "--duel"),
            (None, None) => Ok(None),
        }
    }

    /// Where the first service's document goes: `-` is stdout.
    pub fn output(&self) -> &str {
        self.output.as_deref().unwrap_or("-")
    }

    /// Puts what the command line says in the place of what the configuration says.
    pub fn overrule(&self, file: &mut BenchmarkFile) {
        let scenarios = &mut file.test_scenarios;
        if let Some(rate) = self.rate {
            file.benchmark.arrival_rate_rps = Some(rate);
            scenarios
                .iter_mut()
                .for_each(|scenario| scenario.arrival_rate_rps = None);
        }
        if let Some(law) = self.arrivals {
            file.benchmark.arrivals = Some(law);
            scenarios
                .iter_mut()
                .for_each(|scenario| scenario.arrivals = None);
        }
    }
}

fn rate_rps(text: &str) -> Result<Measured, String> {
    text.parse()
        .ok()
        .filter(|rate| ArrivalLaw::RATES_RPS.contains(rate))
        .and_then(Measured::new)
        .ok_or_else(|| {
            format!("found \"{text}\", expected more than 0 and at most 10 million a second")
        })
}

fn arrival_law(text: &str) -> Result<ArrivalLaw, String> {
    match text {
        "constant" => Ok(ArrivalLaw::Constant),
        "poisson" => Ok(ArrivalLaw::Poisson),
        _ => Err(format!("found \"{text}\", expected constant or poisson")),
    }
}
