//! Which version and commit a service says that it is.

use schema::configuration::{JsonPlace, ProbeExpect};
use schema::evidence::{CheckValue, Operator};
use toolkit::is_same_commit;

use super::Unmet;

pub(super) fn unmet(expect: &ProbeExpect, body: &[u8]) -> Option<Unmet> {
    let version = expect.version.as_ref().and_then(|version| {
        let is_expected = |served: &str, expected: &str| served == expected;
        let equals = version.equals.as_deref();
        unmet_by("version", &version.pointer, equals, body, is_expected)
    });
    version.or_else(|| {
        let commit = expect.commit.as_ref()?;
        let equals = commit.equals.as_deref();
        unmet_by("commit", &commit.pointer, equals, body, is_same_commit)
    })
}

fn unmet_by(
    what: &str,
    pointer: &str,
    equals: Option<&str>,
    body: &[u8],
    is_expected: impl Fn(&str, &str) -> bool,
) -> Option<Unmet> {
    let found = JsonPlace::new(pointer).find(body);
    let (operator, expected) = match equals {
        Some(equals) => (Operator::Equal, equals),
        None => (Operator::NotEqual, ""),
    };
    let unmet = |actual| Unmet {
        // Whoever asks until the right one of two versions answers never learns that both serve.
        is_final: equals.is_some(),
        ..Unmet::new(what, operator, expected, actual)
    };
    let value = match found {
        Err(error) => return Some(unmet(None).but_found(format!("no JSON ({error})"))),
        Ok(None) => return Some(unmet(None).but_found(format!("nothing at {pointer}"))),
        Ok(Some(value)) => value.get(),
    };
    let Ok(served) = serde_json::from_str::<String>(value) else {
        return Some(unmet(None).but_found(format!("{value} at {pointer}")));
    };
    let is_as_expected = match equals {
        Some(equals) => is_expected(&served, equals),
        None => !served.is_empty(),
    };
    (!is_as_expected).then(|| unmet(Some(CheckValue::Text(served))))
}
