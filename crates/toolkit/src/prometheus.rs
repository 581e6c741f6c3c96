//! What is needed of the Prometheus text format, version 0.0.4: the series of a page with their labels and values.

/// One series and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample<'a> {
    /// The name of the metric.
    pub name: &'a str,
    /// What stands between the braces; empty where there are none.
    labels: &'a str,
    /// Its value, which may be NaN or infinite.
    pub value: f64,
}

/// The values of the series called `name`, whatever their labels, in the order of the page.
pub fn values(page: &str, name: &str) -> impl Iterator<Item = f64> {
    samples(page)
        .filter(move |sample| sample.name == name)
        .map(|sample| sample.value)
}

/// The name of every series on the page.
pub fn names(page: &str) -> impl Iterator<Item = &str> {
    samples(page).map(|sample| sample.name)
}

/// Every series on the page. Lines that are none are passed over.
pub fn samples(page: &str) -> impl Iterator<Item = Sample<'_>> {
    page.lines().filter_map(sample)
}

/// The first line that is neither a series, nor a comment, nor empty, with its number from 1: a page that has one is not
/// in this format. `None` if there is no such line.
pub fn first_other_line(page: &str) -> Option<(usize, &str)> {
    let is_other = |line: &str| {
        let line = line.trim_ascii();
        let is_read = sample(line).is_some_and(|sample| sample.labels().is_some());
        !(line.is_empty() || line.starts_with('#') || is_read)
    };
    (1..).zip(page.lines()).find(|(_, line)| is_other(line))
}

impl<'a> Sample<'a> {
    /// Its labels in their order; `None` if they are not written as labels are.
    pub fn labels(&self) -> Option<Vec<(&'a str, String)>> {
        let mut labels = Vec::new();
        let mut rest = self.labels.trim_ascii();
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=')?;
            let name = name.trim_ascii();
            if name.is_empty() || !name.chars().all(in_name) {
                return None;
            }
            let (value, after) = quoted(after.trim_ascii_start())?;
            labels.push((name, value));
            rest = match after.trim_ascii_start() {
                "" => "",
                more => more.strip_prefix(',')?.trim_ascii_start(),
            };
        }
        Some(labels)
    }
}

/// A value in quotes without them and their escapes, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut escaped = false;
    for (index, character) in inner.char_indices() {
        match character {
            'n' if escaped => value.push('\n'),
            '\\' | '"' if escaped => value.push(character),
            _ if escaped => return None,
            '\\' => {}
            '"' => return Some((value, inner.get(index + 1..)?)),
            _ => value.push(character),
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

/// A line as in `name{label="value"} 1.5e3 1700000000000`; `None` for comments and whatever else is no sample.
fn sample(line: &str) -> Option<Sample<'_>> {
    let line = line.trim_ascii();
    let (name, rest) = line.split_at(line.find(|c: char| !in_name(c))?);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (labels, rest) = match rest.trim_ascii_start().strip_prefix('{') {
        Some(labels) => {
            let end = end_of_labels(labels)?;
            (&labels[..end], &labels[end + 1..])
        }
        None => ("", rest.strip_prefix([' ', '\t'])?),
    };
    let mut words = rest.split_ascii_whitespace();
    let value = words.next()?.parse().ok()?;
    let timed = words.next().is_none_or(|time| time.parse::<f64>().is_ok());
    (timed && words.next().is_none()).then_some(Sample {
        name,
        labels,
        value,
    })
}

fn in_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | ':')
}

/// Where the brace stands that closes the labels: not one inside a label's quoted value.
fn end_of_labels(labels: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (index, character) in labels.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '}' if !quoted => return Some(index),
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

    /// A label's name and value.
    fn label() -> impl Strategy<Value = (String, String)> {
        ("[a-zA-Z_][a-zA-Z0-9_]{0,8}", any::<String>())
    }

    fn written((name, value): &(String, String)) -> String {
        let value = value
            .replace('\\', r"\\")
            .replace('"', r#"\""#)
            .replace('\n', r"\n");
        format!("{name}=\"{value}\"")
    }

    #[test]
    fn a_line_of_something_else_is_found() {
        let page = "# HELP a b\n\na{b=\"c\"} 1\n";
        assert_eq!(first_other_line(page), None);
        for other in [
            "<html>",
            "a{b} 1",
            "a{b=c} 1",
            "a{=\"c\"} 1",
            "a{b=\"\\x\"} 1",
            "a{b=\"c\";} 1",
        ] {
            let page = format!("{page}{other}\n");
            assert_eq!(first_other_line(&page), Some((4, other)));
        }
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
            let text = labels
                .as_ref()
                .filter(|labels| !labels.is_empty())
                .map(|labels| labels.iter().map(written).collect::<Vec<_>>().join(", ") + comma);
            let text = text.map(|text| format!("{{{text}}}")).unwrap_or_default();
            let time = time.map(|time| format!(" {time}")).unwrap_or_default();
            let line = format!("{name}{text} {value}{time}");
            let found = sample(&line).unwrap();
            prop_assert_eq!((found.name, found.value), (name.as_str(), value));
            let found = found.labels().unwrap().into_iter();
            let found: Vec<(String, String)> = found.map(|(name, value)| (name.to_owned(), value)).collect();
            prop_assert_eq!(found, labels.unwrap_or_default());
            let comment = format!("# {line}");
            prop_assert_eq!(sample(&comment), None);
        }

        #[test]
        fn no_page_is_too_odd(page in any::<String>()) {
            let _ = samples(&page).filter_map(|sample| sample.labels()).count();
        }
    }
}
