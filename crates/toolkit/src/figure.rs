//! Figures in the digits that people read.

use schema::evidence::CheckValue;

/// Five digits and at most three decimals, more only where two digits would else not be seen; no trailing zero.
pub fn figure(value: f64) -> String {
    let fixed = format!("{:.*}", decimals(value), value);
    if fixed.contains('.') {
        fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        fixed
    }
}

/// A value as it is said beside the limit that it is held to: a number in as many digits as a figure has, unless it would
/// then look like a limit that it differs from. Texts stand in quotes.
pub fn told_from(value: &CheckValue, limit: &CheckValue) -> String {
    match (value, limit.number()) {
        (CheckValue::Number(value), Some(limit))
            if *value != limit && figure(*value) == figure(limit) =>
        {
            value.to_string()
        }
        (CheckValue::Number(value), _) => figure(*value),
        _ => written(value),
    }
}

/// A value as somebody wrote it down: every digit of a number, a text in quotes.
pub fn written(value: &CheckValue) -> String {
    match value {
        CheckValue::Number(number) => number.to_string(),
        CheckValue::Flag(flag) => flag.to_string(),
        CheckValue::Text(text) => format!("{text:?}"),
    }
}

fn decimals(value: f64) -> usize {
    let value = value.abs();
    (0..3)
        .find(|decimals| value >= 10_f64.powi(4 - decimals))
        .or_else(|| (3..17).find(|decimals| value >= 10_f64.powi(1 - decimals)))
        .map_or(3, |decimals| decimals.unsigned_abs() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_nothing_looks_like_zero_but_zero() {
        for (value, shown) in [
            (0.0, "0"),
            (50.0, "50"),
            (61.234_567, "61.235"),
            (1_234.56, "1234.6"),
            (74_173.333, "74173"),
            (2e5, "200000"),
            (0.055, "0.055"),
            (0.000_123_9, "0.00012"),
            (-61.234_567, "-61.235"),
            (-0.000_123_9, "-0.00012"),
        ] {
            assert_eq!(figure(value), shown);
        }
    }

    #[test]
    fn rounding_never_makes_a_figure_look_like_its_limit() {
        use CheckValue::Number;
        let limit = Number(50.0);
        assert_eq!(told_from(&Number(50.000_1), &limit), "50.0001");
        assert_eq!(told_from(&limit, &limit), "50");
        assert_eq!(told_from(&Number(1024.04), &Number(1024.0)), "1024.04");
    }

    #[test]
    fn what_is_no_number_is_said_as_it_is() {
        let limit = CheckValue::from("1.2.0");
        assert_eq!(told_from(&CheckValue::from("1.1.9"), &limit), "\"1.1.9\"");
        assert_eq!(told_from(&CheckValue::Flag(true), &limit), "true");
        assert_eq!(told_from(&CheckValue::Number(1.5), &limit), "1.5");
    }
}
