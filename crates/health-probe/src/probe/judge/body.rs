use schema::configuration::{JsonPlace, ProbeExpect};
use schema::evidence::{CheckValue, Operator};

use super::Unmet;

pub(super) fn unmet(expect: &ProbeExpect, body: &[u8]) -> Option<Unmet> {
    json(expect, body).or_else(|| text(expect, body))
}

fn json(expect: &ProbeExpect, body: &[u8]) -> Option<Unmet> {
    expect.body.iter().flatten().find_map(|condition| {
        let found = match JsonPlace::new(&condition.pointer).find(body) {
            Ok(found) => found,
            Err(error) => {
                let unmet = Unmet::new("body", Operator::Equal, "JSON", None);
                return Some(unmet.but_found(format!("none ({error})")));
            }
        };
        let unmet = condition.unmet(found)?;
        let of = match unmet.condition {
            "length" | "exists" => format!(".{}", unmet.condition),
            _ => String::new(),
        };
        let what = format!("body{}{of}", condition.pointer);
        let told = Unmet::new(what, unmet.operator, unmet.expected, unmet.actual);
        Some(match found {
            Some(_) => told,
            None => told.but_found(format!("nothing at {}", condition.pointer)),
        })
    })
}

fn text(expect: &ProbeExpect, body: &[u8]) -> Option<Unmet> {
    let expected = expect.contains.as_deref()?;
    let body = String::from_utf8_lossy(body);
    (!body.contains(expected)).then(|| {
        let actual = CheckValue::Text(body.into_owned());
        Unmet::new("body", Operator::Contains, expected, Some(actual)).but_found("no such text")
    })
}
