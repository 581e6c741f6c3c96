//! Figures in the digits that people read.

use schema::Measured;

/// Five digits and at most three decimals, more only where two digits would else not be seen; no trailing zero.
pub fn figure(value: Measured) -> String {
    let value = value.get();
    let fixed = format!("{:.*}", decimals(value), value);
    if fixed.contains('.') {
        fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        fixed
    }
}

/// The same, unless it would then look like a limit that it differs from: then every digit.
pub fn told_from(value: Measured, limit: Measured) -> String {
    let rounded = figure(value);
    if value != limit && rounded == figure(limit) {
        value.to_string()
    } else {
        rounded
    }
}

fn decimals(value: f64) -> usize {
    (0..3)
        .find(|decimals| value >= 10_f64.powi(4 - decimals))
        .or_else(|| (3..17).find(|decimals| value >= 10_f64.powi(1 - decimals)))
        .map_or(3, |decimals| decimals.unsigned_abs() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(value: f64) -> Measured {
        Measured::new(value).unwrap()
    }

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
        ] {
            assert_eq!(figure(measured(value)), shown);
        }
    }

    #[test]
    fn rounding_never_makes_a_figure_look_like_its_limit() {
        let limit = measured(50.0);
        assert_eq!(told_from(measured(50.000_1), limit), "50.0001");
        assert_eq!(told_from(limit, limit), "50");
        assert_eq!(told_from(measured(1024.04), measured(1024.0)), "1024.04");
    }
}
