use argh::FromArgs;

/// Reads what scanners, coverage and test tools write. Adds the sections `vulnerabilities` and `code_quality` to the
/// evidence document from stdin, or begins one, and writes it to stdout.
#[derive(Debug, FromArgs)]
pub(crate) struct Options {
    /// files of other tools, recognised by their content, as in trivy.json coverage.xml
    #[argh(positional, arg_name = "file")]
    pub(crate) files: Vec<String>,

    /// the format of all files, in place of recognition, as in trivy or cobertura
    #[argh(option, arg_name = "name")]
    pub(crate) format: Option<String>,

    /// where the document goes in place of stdout
    #[argh(option, arg_name = "file")]
    pub(crate) output: Option<String>,
}
