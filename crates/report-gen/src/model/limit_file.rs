use schema::Section;
use schema::evidence::{Comparison, Evidence, InputFile};

/// The file that holds the limits of a section. Its provenance lists the documents first that the tool read, then what the tool
/// was told by; so it is the last one in YAML, or the last one, but of several runs of a baseline, the last of which is another
/// one next time. Where the provenance lists none, and of the run itself, it is the run's configuration; `None` where that is
/// not known either.
pub(super) fn of<'a>(section: &str, evidence: &'a Evidence) -> Option<&'a str> {
    let written = evidence
        .provenance
        .iter()
        .rfind(|entry| entry.section == section && section != "run");
    let inputs = written.map_or(&[][..], |entry| &entry.inputs);
    let is_yaml = |input: &&InputFile| {
        let path = input.path.to_lowercase();
        [".yaml", ".yml"]
            .iter()
            .any(|ending| path.ends_with(ending))
    };
    let several_runs = section == Comparison::NAME
        && evidence
            .comparison
            .as_ref()
            .is_some_and(|comparison| comparison.baseline.runs.is_some());
    let last = inputs.last().filter(|_| !several_runs);
    let own = inputs.iter().rfind(is_yaml).or(last);
    let configuration = || {
        evidence
            .run
            .as_ref()?
            .config
            .as_ref()
            .map(|config| &config.path)
    };
    own.map(|input| &input.path)
        .or_else(configuration)
        .map(String::as_str)
        .filter(|path| !path.is_empty())
}
