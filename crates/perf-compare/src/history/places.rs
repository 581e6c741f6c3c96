use std::path::{Path, PathBuf};

/// In a folder: every run that was taken over, an evidence document a line.
const HISTORY: &str = "history.ndjson";
/// In a folder with a history: the run that later ones are held to, whole.
const REFERENCE: &str = "latest.json";

/// Where a history and its reference stand.
#[derive(Debug, PartialEq)]
pub(crate) struct Places {
    pub(crate) history: PathBuf,
    pub(crate) reference: PathBuf,
}

impl Places {
    /// Of what a person named as the baseline: a folder, or one of the two files in it. `None` for a file of another name,
    /// which is a document of its own.
    pub(crate) fn of(path: &str) -> Option<Places> {
        if path == "-" {
            return None;
        }
        let path = Path::new(path);
        let name = path.file_name().and_then(|name| name.to_str());
        let folder = match name {
            Some(HISTORY | REFERENCE) => path.parent()?,
            // A folder that is not there yet has no name like a file. A pipe that is there has none either.
            _ if path.is_dir() || (path.extension().is_none() && !path.exists()) => path,
            _ => return None,
        };
        Some(Places {
            history: folder.join(HISTORY),
            reference: folder.join(REFERENCE),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_its_history_and_its_reference_are_one_baseline_and_other_files_are_their_own() {
        let places = Places::of("baselines").unwrap();
        assert_eq!(places.history, Path::new("baselines/history.ndjson"));
        assert_eq!(places.reference, Path::new("baselines/latest.json"));
        for named in [
            "baselines/",
            "baselines/history.ndjson",
            "baselines/latest.json",
        ] {
            assert_eq!(Places::of(named).as_ref(), Some(&places), "{named}");
        }
        assert_eq!(Places::of("monday.json"), None);
        assert_eq!(Places::of("runs/api.ndjson"), None);
        assert_eq!(Places::of("/dev/null"), None);
        assert_eq!(Places::of("-"), None);
    }
}
