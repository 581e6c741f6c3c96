//! Whatever is fed to a format, it reads or refuses it: of every file that a scanner wrote, cut off and changed.

use std::sync::LazyLock;

use proptest::prelude::*;
use schema::evidence::{CodeQuality, Vulnerabilities};

use super::testing::fixtures;
use super::*;
use crate::input::Input;

/// What a scanner wrote, with the format that it is in.
static FILES: LazyLock<Vec<(&Format, Vec<u8>)>> = LazyLock::new(|| {
    let of = |path: std::path::PathBuf| {
        let head = Input::open(path.to_str().unwrap()).unwrap().head();
        let format = FORMATS.iter().find(|format| (format.recognises)(&head))?;
        Some((format, std::fs::read(path).unwrap()))
    };
    fixtures().into_iter().filter_map(of).collect()
});

fn read(format: &Format, mut bytes: &[u8]) -> Result<Findings, Refusal> {
    (format.read)(Content::new(&mut bytes))
}

/// The section that would be written; `None` where it has no figure.
fn figures(findings: Findings) -> Option<String> {
    match findings {
        Findings::Vulnerabilities(source) => {
            let section = Vulnerabilities::of(vec![source]);
            section.critical.map(|_| format!("{section:?}"))
        }
        Findings::CodeQuality(source) => {
            let section = CodeQuality::of(vec![source]);
            section.doubts().is_empty().then(|| format!("{section:?}"))
        }
    }
}

/// Of JSON and XML no beginning is whole. What is read line by line may end behind any line.
fn ends_for_certain(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[' | b'<'))
}

#[test]
fn every_format_has_a_file() {
    for format in FORMATS {
        let its = FILES.iter().filter(|(of, _)| of.name == format.name);
        assert!(its.count() > 0, "{}", format.name);
    }
}

#[test]
fn no_beginning_of_a_file_has_other_figures_than_the_whole() {
    for (format, whole) in FILES.iter().filter(|(_, bytes)| ends_for_certain(bytes)) {
        let expected = read(format, whole).ok().and_then(figures);
        // Every byte of a short one, and of a long one the same number of places.
        for end in (0..whole.len()).step_by(whole.len() / 500 + 1) {
            let cut = whole.get(..end).unwrap();
            if let Some(figures) = read(format, cut).ok().and_then(figures) {
                assert_eq!(Some(figures), expected, "{}: {end}", format.name);
            }
        }
    }
}

#[test]
fn no_format_follows_depth() {
    let deep = 10_000;
    for format in FORMATS {
        for text in [
            "[".repeat(deep),
            r#"{"a":"#.repeat(deep),
            format!(r#"{{"vulnerabilities":{}"#, "[".repeat(deep)),
            format!(r#"{{"runs":[{{"results":{}"#, "[".repeat(deep)),
            "<a>".repeat(deep),
        ] {
            assert!(read(format, text.as_bytes()).is_err(), "{}", format.name);
        }
    }
}

proptest! {
    #[test]
    fn bytes_that_are_wrong_are_refused_or_read(
        file in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let (format, whole) = file.get(&FILES);
        let mut bytes = whole.clone();
        for (at, byte) in changes {
            *at.get_mut(&mut bytes) = byte;
        }
        let _ = read(format, &bytes);
        let _ = Head::of(&bytes).describe();
    }

    #[test]
    fn what_was_cut_out_or_doubled_is_refused_or_read(
        file in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        length in 1..200_usize,
        doubled: bool,
    ) {
        let (format, whole) = file.get(&FILES);
        let from = from.index(whole.len());
        let to = (from + length).min(whole.len());
        let (before, piece, behind) = (&whole[..from], &whole[from..to], &whole[to..]);
        let bytes = [before, if doubled { piece } else { &[] }, if doubled { piece } else { &[] }, behind].concat();
        let _ = read(format, &bytes);
    }
}
