//! The service under test: where it is, or the process that is started to be it.

mod announcement;
mod baseline;
mod memory;
mod process;

use std::path::PathBuf;
use std::time::Duration;

use schema::configuration::{BenchmarkFile, EnvironmentsFile, Serve, ServiceMemory};
use schema::evidence::{InputFile, PairingRole};
use schema::policy;
use toolkit::http::without_user;
use toolkit::{Interrupt, Streams, configuration};

use memory::{MemoryChoice, MemoryPlace};
pub use memory::{MemoryFigures, MemoryWatch};
use process::Served;

use crate::drive::{self, Answer, Endpoint, Security, fetch};
use crate::error::BenchError;
use crate::options::{Duel, Options};
use crate::plan::{Place, Target, folder_of};

const METADATA_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the load is to go, from the command line, the configuration or the environments file.
#[derive(Debug)]
pub struct Destination {
    /// Its part in a duel, if there is one.
    pub role: Option<PairingRole>,
    /// The environment's name, if it was found by name.
    pub environment: Option<String>,
    /// The environments file, if it was read.
    pub input: Option<InputFile>,
    kind: Kind,
    keep_server: bool,
    memory: MemoryChoice,
    security: Security,
}

#[derive(Debug)]
enum Kind {
    Remote(Target),
    Served { serve: Serve, folder: PathBuf },
}

/// Where a service answers.
#[derive(Clone, Debug)]
pub struct Address {
    /// As it was given, taken apart.
    pub target: Target,
    /// What connections are opened to.
    pub endpoint: Endpoint,
}

/// A service that can be loaded now. A served process is stopped when this is dropped.
pub struct Service {
    /// Where it answers.
    pub address: Address,
    /// Whether it has served a scenario of this run already.
    pub has_served: bool,
    /// Whether it is loaded over TLS without a look at whose certificate it shows.
    pub is_unverified: bool,
    served: Option<Served>,
    memory: Option<MemoryPlace>,
}

impl Destination {
    /// All that the run is of: one service, or the two of a duel, the current one first.
    pub fn all(
        options: &Options,
        duel: Option<Duel<'_>>,
        file: &BenchmarkFile,
        streams: &mut Streams<'_>,
    ) -> Result<Vec<Destination>, BenchError> {
        let mut first = Destination::find(options, file, streams)?;
        let second = duel.map(|duel| first.baseline(duel.service)).transpose()?;
        first.role = second.as_ref().map(|_| PairingRole::Current);
        Ok(std::iter::once(first).chain(second).collect())
    }

    /// Finds out: `--target`, `--environment`, the configuration's own, else the environment `local`.
    fn find(
        options: &Options,
        file: &BenchmarkFile,
        streams: &mut Streams<'_>,
    ) -> Result<Destination, BenchError> {
        let folder = folder_of(&options.config);
        let security = drive::security(options, file.benchmark.tls.as_ref(), &folder)?;
        match (&options.target, &options.environment) {
            (Some(_), Some(_)) => {
                return Err(BenchError::Exclusive {
                    one: "--target",
                    other: "--environment",
                });
            }
            (Some(target), None) => {
                let kind = Kind::Remote(Target::parse(target)?);
                return Ok(Destination::new(kind, security, options));
            }
            (None, Some(name)) => return Destination::by_name(name, options, security, streams),
            (None, None) => {}
        }
        if let Some(target) = &file.benchmark.target {
            let kind = Kind::Remote(Target::parse(target)?);
            Ok(Destination::new(kind, security, options))
        } else if let Some(serve) = &file.benchmark.serve {
            let kind = Kind::Served {
                serve: serve.clone(),
                folder,
            };
            Ok(Destination::new(kind, security, options))
        } else if options.environments.is_none() && !default_environments(options).is_file() {
            Err(BenchError::NoDestination {
                config: options.config.clone(),
            })
        } else {
            Destination::by_name("local", options, security, streams)
        }
    }

    fn new(kind: Kind, security: Security, options: &Options) -> Destination {
        Destination {
            role: None,
            environment: None,
            input: None,
            kind,
            keep_server: options.keep_server,
            memory: MemoryChoice::default(),
            security,
        }
    }

    fn by_name(
        name: &str,
        options: &Options,
        security: Security,
        streams: &mut Streams<'_>,
    ) -> Result<Destination, BenchError> {
        let path = match &options.environments {
            Some(path) => path.clone(),
            None => default_environments(options).to_string_lossy().into_owned(),
        };
        let (file, read): (EnvironmentsFile, _) = configuration::read(&path, streams)?;
        let Some(environment) = file.environments.get(name) else {
            let known: Vec<&str> = file.environments.keys().map(String::as_str).collect();
            return Err(BenchError::UnknownEnvironment {
                path,
                name: name.to_owned(),
                known: known.join(", "),
            });
        };
        let kind = match &environment.serve {
            Some(serve) => Kind::Served {
                serve: serve.clone(),
                folder: folder_of(&path),
            },
            None => Kind::Remote(Target::parse(&environment.target)?),
        };
        Ok(Destination {
            environment: Some(name.to_owned()),
            input: Some(read.input()),
            ..Destination::new(kind, security, options)
        })
    }

    /// The same, with its memory read where the configuration in the file `name` says, if it says so. A process or a control group
    /// is that of one service, which is not the baseline.
    pub fn with_memory(self, file: &BenchmarkFile, name: &str) -> Destination {
        let configured =
            |memory: &ServiceMemory| MemoryChoice::configured(memory, name, folder_of(name));
        let is_baseline = self.role == Some(PairingRole::Baseline);
        Destination {
            memory: file
                .benchmark
                .memory
                .as_ref()
                .filter(|memory| memory.is_on_the_service() || !is_baseline)
                .map(configured)
                .unwrap_or_default(),
            ..self
        }
    }

    /// What is loaded, in words: an address or a command.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Remote(target) => target.url.clone(),
            Kind::Served { serve, .. } => in_words(&serve.command),
        }
    }

    /// What it is called where there are two.
    pub fn label(&self) -> Option<&'static str> {
        self.role.map(|role| match role {
            PairingRole::Current => "A (current)",
            PairingRole::Baseline => "B (baseline)",
        })
    }

    /// Whether all repetitions have one service; else each has a process of its own.
    pub fn outlasts_repetitions(&self) -> bool {
        self.keep_server || matches!(self.kind, Kind::Remote(_))
    }

    /// The processors that a served process has: the configured ones, or those that the workers leave.
    pub fn service_cores(
        &self,
        worker_cores: &[usize],
        allowed: &[usize],
    ) -> Result<Vec<usize>, BenchError> {
        let Kind::Served { serve, .. } = &self.kind else {
            return Ok(Vec::new());
        };
        let Some(cpus) = &serve.cpus else {
            let left: Vec<usize> = allowed
                .iter()
                .copied()
                .filter(|core| !worker_cores.contains(core))
                .collect();
            return Ok(if left.is_empty() {
                allowed.to_vec()
            } else {
                left
            });
        };
        let known = |cpu: &u64| {
            usize::try_from(*cpu)
                .ok()
                .filter(|core| allowed.contains(core))
        };
        cpus.iter().map(known).collect::<Option<Vec<usize>>>().ok_or_else(|| BenchError::Serve {
            command: in_words(&serve.command),
            reason: format!("found cpus {cpus:?}, expected some of those that this process may use: {allowed:?}"),
        })
    }

    /// A service that answers: the one at the address, or a process started now.
    pub fn open(
        &self,
        worker_cores: &[usize],
        allowed: &[usize],
        interrupt: &Interrupt,
    ) -> Result<Service, BenchError> {
        let (target, served) = match &self.kind {
            Kind::Remote(target) => (target.clone(), None),
            Kind::Served { serve, folder } => {
                let cores = self.service_cores(worker_cores, allowed)?;
                let (served, url) =
                    Served::start(serve, folder, &cores, &self.security, interrupt)?;
                (Target::parse(&url)?, Some(served))
            }
        };
        let speaks_tls = matches!(target.place, Place::Host { tls: true, .. });
        let process_id = served.as_ref().map(Served::process_id);
        let address = Address {
            endpoint: Endpoint::find(&target, &self.security)?,
            target,
        };
        Ok(Service {
            memory: self.memory.place(process_id, &address)?,
            address,
            has_served: false,
            is_unverified: speaks_tls && self.security.trusts_anyone(),
            served,
        })
    }
}

impl Service {
    /// How many sensor values its model takes, if it says.
    pub fn sensor_count(&self) -> Result<Option<u64>, BenchError> {
        let answer = self.address.get("/metadata", METADATA_TIMEOUT)?;
        // Another status: it has no such page.
        Ok(policy::sensor_count(&answer.body).filter(|_| answer.status == 200))
    }

    /// Begins to read its memory, if there is a place where it can be read.
    pub fn watch_memory(&self) -> Option<MemoryWatch> {
        let process_id = self.served.as_ref().map(Served::process_id);
        let reader = self.memory.as_ref()?.reader(process_id, &self.address);
        reader.map(MemoryWatch::start)
    }

    /// How the process ended, if it did so on its own.
    pub fn ended(&mut self) -> Option<String> {
        self.served.as_mut().and_then(Served::ended)
    }
}

impl Address {
    /// A page of the service, as in `/metadata`, below the target's own path. Every status is an answer.
    fn get(&self, path: &str, timeout: Duration) -> Result<Answer, BenchError> {
        fetch(&self.target, &self.endpoint, path, timeout)
    }
}

/// A command as it may be printed.
fn in_words(command: &[String]) -> String {
    without_user(&command.join(" "))
}

/// The environments file that is meant if none is named.
fn default_environments(options: &Options) -> PathBuf {
    folder_of(&options.config).join("environments.yaml")
}
