use argh::FromArgs;
use schema::Measured;
use schema::configuration::{ArrivalLaw, BenchmarkFile};
use toolkit::http::without_user;

use crate::TOOL;
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

    /// The command that does the same again, a word an entry: the seed is the one that was drawn, what only says where the
    /// document goes is left out, and so is whoever stands in an address.
    pub fn command(&self, seed: u64) -> Vec<String> {
        // Taken apart whole, so that no option is forgotten here.
        let Options {
            config,
            target,
            environment,
            environments,
            rate,
            arrivals,
            find_capacity,
            output: _,
            seed: _,
            duel,
            duel_output,
            keep_server,
            cacert,
            cert,
            key,
            insecure,
            strict_hardware,
        } = self;
        let values = [
            ("--config", Some(config.clone())),
            ("--target", target.as_deref().map(without_user)),
            ("--environment", environment.clone()),
            ("--environments", environments.clone()),
            ("--rate", rate.map(|rate| rate.to_string())),
            ("--arrivals", arrivals.map(|law| law.name().to_owned())),
            (
                "--find-capacity",
                find_capacity.map(|condition| condition.to_string()),
            ),
            ("--duel", duel.as_deref().map(without_user)),
            ("--duel-output", duel_output.clone()),
            ("--cacert", cacert.clone()),
            ("--cert", cert.clone()),
            ("--key", key.clone()),
            ("--seed", Some(seed.to_string())),
        ];
        let switches = [
            ("--keep-server", keep_server),
            ("--insecure", insecure),
            ("--strict-hardware", strict_hardware),
        ];
        let mut command = vec![TOOL.name.to_owned()];
        for (option, value) in values {
            command.extend(
                value
                    .into_iter()
                    .flat_map(|value| [option.to_owned(), value]),
            );
        }
        let given = switches.into_iter().filter(|(_, given)| **given);
        command.extend(given.map(|(switch, _)| switch.to_owned()));
        command
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(command: &[String]) -> Options {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        Options::from_args(&words[..1], &words[1..]).unwrap()
    }

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_command_of_a_run_is_what_was_asked_for_with_the_seed_that_was_drawn() {
        let asked = "bench-run --config c.yaml --environment staging --environments e.yaml --rate 250.5 \
                     --arrivals poisson --duel http://b:1 --duel-output b.json --cacert r.pem --cert c.pem \
                     --key k.pem --seed 7 --keep-server --insecure --strict-hardware";
        assert_eq!(parsed(&words(asked)).command(7), words(asked));
        let capacity =
            words("bench-run --config c.yaml --target unix:/s --find-capacity p99_ms<=50");
        let command = parsed(&capacity).command(3);
        assert_eq!(command[..capacity.len()], capacity);
        assert_eq!(command[capacity.len()..], words("--seed 3"));
    }

    #[test]
    fn nobody_stands_in_the_command_of_a_run_nor_where_its_document_went() {
        let asked = words("bench-run --config c.yaml --target http://me:secret@host/ --output o");
        let told = words("bench-run --config c.yaml --target http://host/ --seed 1");
        assert_eq!(parsed(&asked).command(1), told);
    }
}
