//! What later steps may use of an answer: that it is there is expected as anything else.

use schema::configuration::{Capture, JsonPlace};
use schema::evidence::Operator;
use serde_json::{Number, Value};

use super::{Unmet, metrics};
use crate::probe::Wanted;

pub(super) fn unmet(wanted: &[Wanted], body: &[u8]) -> Option<Unmet> {
    wanted.iter().find_map(|wanted| {
        let missing = value(&wanted.capture, body).err()?;
        let what = format!("capture.{}", wanted.name);
        Some(Unmet::new(what, Operator::NotEqual, "null", None).but_found(missing))
    })
}

/// Each that is there, by its name.
pub(super) fn values(wanted: &[Wanted], body: &[u8]) -> Vec<(String, Value)> {
    let found = |wanted: &Wanted| Some((wanted.name.clone(), value(&wanted.capture, body).ok()?));
    wanted.iter().filter_map(found).collect()
}

/// A value where it stands; else what is there in its place.
pub(super) fn value(capture: &Capture, body: &[u8]) -> Result<Value, String> {
    match (&capture.pointer, &capture.metric) {
        (Some(pointer), _) => at(pointer, body),
        (None, Some(metric)) => sum(metric, capture, body),
        (None, None) => Err("no place".to_owned()),
    }
}

fn at(pointer: &str, body: &[u8]) -> Result<Value, String> {
    let found = JsonPlace::new(pointer)
        .find(body)
        .map_err(|error| format!("no JSON ({error})"))?
        .ok_or_else(|| format!("nothing at {pointer}"))?;
    match serde_json::from_str(found.get()) {
        Ok(Value::Null) => Err(format!("null at {pointer}")),
        Ok(value) => Ok(value),
        Err(error) => Err(format!("at {pointer} what is no value ({error})")),
    }
}

fn sum(metric: &str, capture: &Capture, body: &[u8]) -> Result<Value, String> {
    let page = metrics::page(body)?;
    let values = metrics::series(&page, metric, &capture.labels).map(|sample| sample.value);
    let sum = values.reduce(|one, other| one + other);
    let sum = sum.or_else(|| capture.default.map(|default| default.get()));
    let sum = sum.ok_or_else(|| format!("no such series of {metric}"))?;
    Number::from_f64(sum)
        .map(Value::Number)
        .ok_or_else(|| format!("{sum}, a sum that is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(capture: Value, body: &str) -> Result<Value, String> {
        let capture: Capture = serde_json::from_value(capture).unwrap();
        value(&capture, body.as_bytes())
    }

    #[test]
    fn a_value_keeps_its_type() {
        let body = r#"{"a": [1, 2.5, "x", false, {"b": []}], "n": null}"#;
        for (pointer, value) in [
            ("/a/0", json!(1)),
            ("/a/1", json!(2.5)),
            ("/a/2", json!("x")),
            ("/a/3", json!(false)),
            ("/a/4", json!({"b": []})),
            ("/a", json!([1, 2.5, "x", false, {"b": []}])),
        ] {
            assert_eq!(found(json!({"pointer": pointer}), body), Ok(value));
        }
    }

    #[test]
    fn what_is_not_there_is_told_as_what_is() {
        for (pointer, body, told) in [
            ("/b", r#"{"a": 1}"#, "nothing at /b"),
            ("/a", r#"{"a": null}"#, "null at /a"),
            ("/a", "<html>", "no JSON (expected value"),
        ] {
            let missing = found(json!({"pointer": pointer}), body).unwrap_err();
            assert!(missing.starts_with(told), "{missing}");
        }
        for (body, told) in [
            ("other 1\n", "no such series of a"),
            ("<html>", "line 1: <html>"),
            ("a NaN\n", "NaN, a sum"),
            ("a{b=\"c\"} 1\na -Inf\n", "-inf, a sum"),
        ] {
            let missing = found(json!({"metric": "a"}), body).unwrap_err();
            assert!(missing.starts_with(told), "{missing}");
        }
    }

    #[test]
    fn a_metric_is_the_sum_of_its_series_or_the_default_where_there_is_none() {
        let page = "a{b=\"c\",d=\"e\"} 1\na{b=\"c\"} 2.5\na{b=\"f\"} 4\nab 8\n";
        let labelled = |value: &str| json!({"metric": "a", "labels": {"b": value}, "default": 0});
        assert_eq!(found(json!({"metric": "a"}), page), Ok(json!(7.5)));
        assert_eq!(found(labelled("c"), page), Ok(json!(3.5)));
        assert_eq!(found(labelled("g"), page), Ok(json!(0.0)));
    }
}
