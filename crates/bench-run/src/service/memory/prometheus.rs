//! What is needed of the Prometheus text format, version 0.0.4: the values of one metric.

/// The values of the series called `name`, whatever their labels, in the order of the page.
pub fn values(page: &str, name: &str) -> impl Iterator<Item = f64> {
    samples(page)
        .filter(move |(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The name of every series on the page.
pub fn names(page: &str) -> impl Iterator<Item = &str> {
    samples(page).map(|(name, _)| name)
}

fn samples(page: &str) -> impl Iterator<Item = (&str, f64)> {
    page.lines().filter_map(sample)
}

/// A line as in `name{label="value"} 1.5e3 1700000000000`; `None` for comments and whatever else is no sample.
fn sample(line: &str) -> Option<(&str, f64)> {
    let line = line.trim_ascii();
    let (name, rest) = line.split_at(line.find(|c: char| !in_name(c))?);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let rest = match rest.trim_ascii_start().strip_prefix('{') {
        Some(labels) => after_labels(labels)?,
        None => rest.strip_prefix([' ', '\t'])?,
    };
    let mut words = rest.split_ascii_whitespace();
    let value = words.next()?.parse().ok()?;
    let timed = words.next().is_none_or(|time| time.parse::<f64>().is_ok());
    (timed && words.next().is_none()).then_some((name, value))
}

fn in_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | ':')
}

/// What stands behind the brace that closes the labels: not one inside a label's quoted value.
fn after_labels(labels: &str) -> Option<&str> {
    let (mut quoted, mut escaped) = (false, false);
    for (index, character) in labels.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '}' if !quoted => return labels.get(index + 1..),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_gives_the_values_of_one_metric() {
        let page = "# HELP memory_bytes memory_bytes 7\n# TYPE memory_bytes gauge\nmemory_bytes 1048576\n\
                    memory_bytes_total 5\n\n  memory_bytes {worker=\"a} 9\",} 2.5e6 1700000000000\r\nother 1\n";
        assert_eq!(
            values(page, "memory_bytes").collect::<Vec<f64>>(),
            [1_048_576.0, 2.5e6]
        );
        assert_eq!(
            names(page).collect::<Vec<&str>>(),
            [
                "memory_bytes",
                "memory_bytes_total",
                "memory_bytes",
                "other"
            ]
        );
    }

    #[test]
    fn lines_that_are_no_samples_are_passed_over() {
        for line in [
            "",
            "# TYPE a gauge",
            "#a 1",
            "a",
            "a ",
            "a b",
            "a+1",
            "9a 1",
            "a{b=\"c\" 1",
            "a{b=\"c} 1",
            "a 1 2 3",
            "a 1 yesterday",
            "{} 1",
            "<html> 1",
        ] {
            assert_eq!(sample(line), None, "{line:?}");
        }
    }

    fn label() -> impl Strategy<Value = String> {
        ("[a-zA-Z_][a-zA-Z0-9_]{0,8}", any::<String>()).prop_map(|(name, value)| {
            let value = value
                .replace('\\', r"\\")
                .replace('"', r#"\""#)
                .replace('\n', r"\n");
            format!("{name}=\"{value}\"")
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            name in "[a-zA-Z_:][a-zA-Z0-9_:]{0,20}",
            labels in proptest::option::of(proptest::collection::vec(label(), 0..4)),
            value in any::<f64>().prop_filter("a number", |value| !value.is_nan()),
            time in proptest::option::of(any::<i64>()),
            last_comma in any::<bool>(),
        ) {
            let comma = if last_comma { "," } else { "" };
            let labels = labels
                .map(|labels| format!("{{{}{comma}}}", labels.join(",")))
                .unwrap_or_default();
            let time = time.map(|time| format!(" {time}")).unwrap_or_default();
            let line = format!("{name}{labels} {value}{time}");
            prop_assert_eq!(sample(&line), Some((name.as_str(), value)));
            let comment = format!("# {line}");
            prop_assert_eq!(sample(&comment), None);
        }

        #[test]
        fn no_page_is_too_odd(page in any::<String>()) {
            let _ = samples(&page).count();
        }
    }
}
