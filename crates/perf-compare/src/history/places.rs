use std::path::{Path, PathBuf};

/// In a folder: every run that was taken over, an evidence document a line.
pub(crate) const HISTORY: &str = "history.ndjson";
/// In a folder with a history: the run that later ones are held to, whole.
pub(crate) const REFERENCE: &str = "latest.json";

/// Where a history and its reference stand.
#[derive(Debug, PartialEq)]
pub(super) struct Places {
    pub(super) history: PathBuf,
    pub(super) reference: PathBuf,
}

impl Places {
    /// Of what a person named as the baseline: a folder, which holds both; a history, whose reference stands beside it; or
    /// a reference, whose history does. What is not there yet is a folder unless it is named like a file.
    pub(super) fn of(path: &str) -> Places {
        let path = Path::new(path);
        let beside = |name: &str| path.with_file_name(name);
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("ndjson") if !path.is_dir() => Places {
                history: path.to_owned(),
                reference: beside(REFERENCE),
            },
            Some("json") if !path.is_dir() => Places {
                history: beside(HISTORY),
                reference: path.to_owned(),
            },
            _ => Places {
                history: path.join(HISTORY),
                reference: path.join(REFERENCE),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_a_history_and_a_reference_lead_to_the_same_two_files() {
        let places = Places::of("baselines");
        assert_eq!(places.history, Path::new("baselines/history.ndjson"));
        assert_eq!(places.reference, Path::new("baselines/latest.json"));
        assert_eq!(Places::of("baselines/history.ndjson"), places);
        assert_eq!(Places::of("baselines/latest.json"), places);
    }
}
