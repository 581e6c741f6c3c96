use argh::FromArgs;
use toolkit::commit;

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

    /// the commit that was scanned, which gate-check --commit asks for
    #[argh(option, arg_name = "sha", from_str_fn(commit))]
    pub(crate) commit: Option<String>,

    /// where the document goes in place of stdout
    #[argh(option, arg_name = "file")]
    pub(crate) output: Option<String>,
}
