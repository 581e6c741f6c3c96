use argh::FromArgs;

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

    /// where the document goes (default: stdout)
    #[argh(option)]
    pub output: Option<String>,

    /// seed of payloads and of the order of scenarios (default: drawn, and written into the document)
    #[argh(option)]
    pub seed: Option<u64>,

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
