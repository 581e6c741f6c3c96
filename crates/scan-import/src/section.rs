//! How what was imported joins what a document holds.

use schema::Section;
use schema::evidence::{
    CodeQuality, CodeQualitySource, Doubt, Evidence, InputFile, Vulnerabilities,
    VulnerabilitySource, Warning,
};
use toolkit::Streams;
use toolkit::documents::Incoming;

use crate::TOOL;
use crate::error::Error;
use crate::words;

/// A source that can be added to its section.
pub(crate) trait Source: Sized {
    type Section: Section + Clone + Default;

    fn in_document(evidence: &Evidence) -> Option<&Self::Section>;
    fn is_without_sources(section: &Self::Section) -> bool;
    fn contradicts_its_sources(section: &Self::Section) -> bool;
    /// Returns the sources that were there already.
    fn add(section: &mut Self::Section, new: Vec<Self>) -> Vec<Self>;
    fn doubts(section: &Self::Section) -> Vec<Doubt>;
    fn file(&self) -> &str;
    /// What a person reads of the section.
    fn words(section: &Self::Section) -> Option<String>;
}

macro_rules! source {
    ($source:ident of $section:ident in $key:ident) => {
        impl Source for $source {
            type Section = $section;

            fn in_document(evidence: &Evidence) -> Option<&$section> {
                evidence.$key.as_ref()
            }

            fn is_without_sources(section: &$section) -> bool {
                section.is_without_sources()
            }

            fn contradicts_its_sources(section: &$section) -> bool {
                section.contradicts_its_sources()
            }

            fn add(section: &mut $section, new: Vec<$source>) -> Vec<$source> {
                section.add(new)
            }

            fn doubts(section: &$section) -> Vec<Doubt> {
                section.doubts()
            }

            fn file(&self) -> &str {
                &self.file
            }

            fn words(section: &$section) -> Option<String> {
                words::$key(section)
            }
        }
    };
}

source!(VulnerabilitySource of Vulnerabilities in vulnerabilities);
source!(CodeQualitySource of CodeQuality in code_quality);

/// Adds sources to their section of the document, with a warning for each figure that is missing all the same.
pub(crate) fn add<S: Source>(
    imported: Vec<(S, InputFile)>,
    incoming: &mut Incoming,
    streams: &mut Streams<'_>,
) -> Result<(), Error> {
    if imported.is_empty() {
        return Ok(());
    }
    let (sources, inputs): (Vec<S>, Vec<InputFile>) = imported.into_iter().unzip();
    let mut section = S::in_document(&incoming.evidence)
        .cloned()
        .unwrap_or_default();
    if S::is_without_sources(&section) {
        return Err(Error::WithoutSources {
            section: S::Section::NAME,
        });
    }
    if S::contradicts_its_sources(&section) {
        return Err(Error::ContradictsItsSources {
            section: S::Section::NAME,
        });
    }
    let repeated = S::add(&mut section, sources);
    incoming.extend(&TOOL, &section, inputs)?;
    if let Some(words) = S::words(&section) {
        streams.say(&format!("{}: {words}", TOOL.name));
    }
    let counted_once = repeated.iter().map(|source| Doubt {
        code: "imported_twice",
        message: format!(
            "{} was imported already, into {}: it counts once",
            source.file(),
            S::Section::NAME
        ),
    });
    for Doubt { code, message } in counted_once.chain(S::doubts(&section)) {
        let warning = Warning {
            tool: TOOL.name.to_owned(),
            code: code.to_owned(),
            message,
        };
        incoming.warn(&warning, streams)?;
    }
    Ok(())
}
