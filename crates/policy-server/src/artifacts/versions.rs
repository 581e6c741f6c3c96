//! Which version of the artifacts is served.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use super::{CARD_FILE, ModelCard};
use crate::error::Error;

/// The folder of the version to serve: `folder` itself if it holds a model card, else its
/// subfolder `wanted`, else the highest of its versions (1.10.0 above 1.9.0, v10 above v9,
/// 1.0.0 above 1.0.0-rc1).
pub fn locate(folder: &Path, wanted: Option<&str>) -> Result<PathBuf, Error> {
    if folder.join(CARD_FILE).is_file() {
        return the_only_version(folder, wanted);
    }
    let mut versions = versions_in(folder)?;
    versions.sort_by(|a, b| compare(a, b));
    let chosen = match wanted {
        None => versions.last().cloned().ok_or_else(|| {
            let reason = format!("neither {CARD_FILE} nor a folder that holds one");
            Error::invalid(folder, reason)
        })?,
        Some(wanted) if versions.iter().any(|version| version == wanted) => wanted.to_owned(),
        Some(wanted) => {
            let there = if versions.is_empty() {
                "none".to_owned()
            } else {
                versions.join(", ")
            };
            let reason = format!("no version {wanted} (--model-version); found: {there}");
            return Err(Error::invalid(folder, reason));
        }
    };

    let chosen_folder = folder.join(&chosen);
    let stated = ModelCard::read(&chosen_folder.join(CARD_FILE))?.version;
    if stated != chosen {
        let reason = format!("version: {stated} found, {chosen} expected, as the folder is named");
        return Err(Error::invalid(chosen_folder.join(CARD_FILE), reason));
    }
    Ok(chosen_folder)
}

fn the_only_version(folder: &Path, wanted: Option<&str>) -> Result<PathBuf, Error> {
    if let Some(wanted) = wanted {
        let stated = ModelCard::read(&folder.join(CARD_FILE))?.version;
        if stated != wanted {
            let reason = format!("version {stated} found, {wanted} expected (--model-version)");
            return Err(Error::invalid(folder.join(CARD_FILE), reason));
        }
    }
    Ok(folder.to_owned())
}

fn versions_in(folder: &Path) -> Result<Vec<String>, Error> {
    let mut versions = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::read(folder))? {
        let entry = entry.map_err(Error::read(folder))?;
        // A name with a leading dot is a version that is still being written.
        let name = entry
            .file_name()
            .into_string()
            .ok()
            .filter(|name| !name.starts_with('.'));
        if let Some(name) = name
            && entry.path().join(CARD_FILE).is_file()
        {
            versions.push(name);
        }
    }
    Ok(versions)
}

/// Runs of digits compare as numbers; what follows the first hyphen is a pre-release, as in semver.
fn compare(a: &str, b: &str) -> Ordering {
    let split = |version: &str| match version.split_once('-') {
        Some((release, pre)) => (runs(release), Some(runs(pre))),
        None => (runs(version), None),
    };
    let ((release_a, pre_a), (release_b, pre_b)) = (split(a), split(b));
    release_a
        .cmp(&release_b)
        .then_with(|| match (pre_a, pre_b) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => a.cmp(&b),
        })
        .then_with(|| a.cmp(b))
}

/// A run of digits or of anything else. Numbers order by length, then digit by digit, so a date
/// or a hash of digits of any length cannot overflow.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Run {
    Number(usize, String),
    Text(String),
}

fn runs(version: &str) -> Vec<Run> {
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    version
        .as_bytes()
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
        .map(|run| {
            let text = String::from_utf8_lossy(run);
            if run[0].is_ascii_digit() {
                let digits = text.trim_start_matches('0').to_owned();
                Run::Number(digits.len(), digits)
            } else {
                Run::Text(text.into_owned())
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_order_by_their_numbers() {
        let ascending = [
            "v1",
            "1.0.0-alpha",
            "1.0.0-rc2",
            "1.0.0-rc10",
            "1.0.0",
            "1.9.0",
            "1.10.0",
            "v9",
            "v10",
            "20260101",
            "99999999999999999999999999",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
    }

    #[test]
    fn an_empty_folder_is_no_version() {
        let folder = tempfile::tempdir().unwrap();
        let error = locate(folder.path(), None).unwrap_err().to_string();
        assert!(
            error.ends_with("neither model_card.yaml nor a folder that holds one"),
            "{error}"
        );
    }

    #[test]
    fn a_version_that_is_not_there_names_those_that_are() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["1.0.0", "1.10.0"] {
            crate::artifacts::create(folder.path(), version, 1).unwrap();
        }
        let error = locate(folder.path(), Some("2")).unwrap_err().to_string();
        assert!(
            error.ends_with("no version 2 (--model-version); found: 1.0.0, 1.10.0"),
            "{error}"
        );
        assert!(locate(folder.path(), None).unwrap().ends_with("1.10.0"));
        assert!(
            locate(folder.path(), Some("1.0.0"))
                .unwrap()
                .ends_with("1.0.0")
        );
        let one = folder.path().join("1.0.0");
        assert_eq!(locate(&one, None).unwrap(), one);
        assert!(locate(&one, Some("1.10.0")).is_err());
    }

    #[test]
    fn a_folder_whose_card_states_another_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        crate::artifacts::create(folder.path(), "1.0.0", 1).unwrap();
        fs::rename(folder.path().join("1.0.0"), folder.path().join("3.0.0")).unwrap();
        let error = locate(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains("1.0.0 found, 3.0.0 expected"), "{error}");
    }
}
