/// Why a figure is missing although somebody measured it, or why one stands for less than it seems to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Stable and short, in snake_case, for programs.
    pub code: &'static str,
    /// In words, for people.
    pub message: String,
}

/// What a tool's file says, as an entry of a section's `sources`.
pub trait ImportedFile {
    /// SHA-256 of the file and the format it was read as; `None` where the entry does not tell.
    fn identity(&self) -> Option<(&str, &str)>;
}

/// Adds `new` entries to those that are there. An entry of the same file, read as the same format, is counted once: those
/// that were there already are returned.
pub(super) fn add_once<Source: ImportedFile>(
    sources: &mut Vec<Source>,
    new: impl IntoIterator<Item = Source>,
) -> Vec<Source> {
    let mut repeated = Vec::new();
    for source in new {
        let identity = source.identity();
        if identity.is_some() && sources.iter().any(|known| known.identity() == identity) {
            repeated.push(source);
        } else {
            sources.push(source);
        }
    }
    repeated
}

pub(super) fn identity<'a>(
    sha256: &'a Option<String>,
    format: &'a str,
) -> Option<(&'a str, &'a str)> {
    sha256.as_deref().map(|sha256| (sha256, format))
}

/// The files of what cannot be trusted to be whole, each with why.
pub(super) fn incomplete<'a>(
    sources: impl IntoIterator<Item = (&'a str, &'a Option<String>)>,
) -> Option<String> {
    let reasons: Vec<String> = sources
        .into_iter()
        .filter_map(|(file, why)| why.as_ref().map(|why| format!("{file}: {why}")))
        .collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}
