//! The command line.

use std::path::PathBuf;

use argh::FromArgs;

use crate::faults::{FailOrder, LatencyLaw, Stall};
use crate::units;

/// Serves a driving policy over HTTP: a small, fast reference service for load tests, with faults
/// to order. Prints `listening on http://HOST:PORT` on stdout once it serves.
#[derive(Debug, FromArgs)]
#[argh(
    example = "policy-server create-artifacts --output artifacts --version 1.0.0\n\
               policy-server --artifacts artifacts --port 0\n\
               policy-server --artifacts artifacts --latency lognormal:5ms,0.5 --fail 2%:500",
    note = "Times: 250us, 5ms, 1.5s. Shares: 2%. A request has at most one of the faults fail,\n\
            reset, truncate, hang and short-batch; their shares may sum to 100%."
)]
pub(crate) struct Arguments {
    /// print name and version, and exit
    #[argh(switch)]
    pub(crate) version: bool,

    /// folder with model_card.yaml, or folder of one such folder; without it there is no model and
    /// /healthz is 503
    #[argh(option, arg_name = "dir")]
    pub(crate) artifacts: Option<PathBuf>,

    /// address or name to listen on (default 127.0.0.1)
    #[argh(option, default = "String::from(\"127.0.0.1\")")]
    pub(crate) host: String,

    /// port to listen on, 0 for any free one (default 8080)
    #[argh(option, default = "8080")]
    pub(crate) port: u16,

    /// service time: fixed:5ms, lognormal:5ms,0.5 (median, sigma of the logarithm) or
    /// exponential:5ms (mean)
    #[argh(option, arg_name = "law")]
    pub(crate) latency: Option<LatencyLaw>,

    /// everything stops: 500ms/5s stops for the last 500 ms of every 5 s
    #[argh(option, arg_name = "stop/period")]
    pub(crate) stall: Option<Stall>,

    /// share of requests answered with an error, and its status: 2%:500
    #[argh(option, arg_name = "share:status")]
    pub(crate) fail: Option<FailOrder>,

    /// share of requests ended by a TCP reset: 1%
    #[argh(option, arg_name = "share", from_str_fn(units::share), default = "0.0")]
    pub(crate) reset: f64,

    /// share of requests whose answer ends in the middle of its body: 1%
    #[argh(option, arg_name = "share", from_str_fn(units::share), default = "0.0")]
    pub(crate) truncate: f64,

    /// share of requests that are never answered: 1%
    #[argh(option, arg_name = "share", from_str_fn(units::share), default = "0.0")]
    pub(crate) hang: f64,

    /// share of requests answered with an action too few: 1%
    #[argh(option, arg_name = "share", from_str_fn(units::share), default = "0.0")]
    pub(crate) short_batch: f64,

    /// growth of resident memory: 1MB/s (KB, MB, GB; 1 MB is 1,048,576 bytes)
    #[argh(option, arg_name = "rate", from_str_fn(units::bytes_per_second))]
    pub(crate) leak: Option<f64>,

    /// workers behind a first-in-first-out queue (default: no queue)
    #[argh(option, arg_name = "n")]
    pub(crate) workers: Option<usize>,

    /// each start draws a speed of its own: 5% is the standard deviation of its logarithm
    #[argh(
        option,
        arg_name = "percentage",
        from_str_fn(units::fraction),
        default = "0.0"
    )]
    pub(crate) start_spread: f64,

    /// slower by that much, ordered latency and real work together: 15%
    #[argh(
        option,
        arg_name = "percentage",
        from_str_fn(units::fraction),
        default = "0.0"
    )]
    pub(crate) add: f64,

    /// seed of all random numbers (default: another one each start)
    #[argh(option, arg_name = "n")]
    pub(crate) seed: Option<u64>,

    /// CSV file that the server's own record of every /predict request is appended to
    #[argh(option, arg_name = "file")]
    pub(crate) truth: Option<PathBuf>,

    #[argh(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, FromArgs)]
#[argh(subcommand)]
pub(crate) enum Command {
    CreateArtifacts(CreateArtifacts),
}

/// Makes the artifacts of a policy from a seed: the same seed and version give the same bytes.
#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "create-artifacts")]
pub(crate) struct CreateArtifacts {
    /// folder that gets a folder named as the version
    #[argh(option, arg_name = "dir")]
    pub(crate) output: PathBuf,

    /// version of the model, such as 1.0.0
    #[argh(option)]
    pub(crate) version: String,

    /// seed that weights and statistics are drawn from (default 1)
    #[argh(option, arg_name = "n", default = "1")]
    pub(crate) seed: u64,
}
