use std::collections::BTreeMap;
use std::fmt::Write;

use toolkit::on_one_line;

/// The labels of a series. One that is empty is left out, since Prometheus takes it for absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Labels(Vec<(&'static str, String)>);

impl Labels {
    /// Nothing where `value` is empty.
    pub(super) fn of(name: &'static str, value: &str) -> Labels {
        Labels::default().and(name, value)
    }

    /// These and one more, whose value is on one line; the same where `value` is empty.
    pub(super) fn and(mut self, name: &'static str, value: &str) -> Labels {
        if !value.is_empty() {
            self.0.push((name, on_one_line(value)));
        }
        self
    }

    /// The label that tells things of one name apart.
    const DUPLICATE: &'static str = "duplicate";

    /// The same in their order, with one label more where labels come again: two series must not be alike, or Prometheus
    /// refuses them all.
    pub(super) fn told_apart(all: impl IntoIterator<Item = Labels>) -> Vec<Labels> {
        let mut seen: BTreeMap<Labels, u32> = BTreeMap::new();
        let mut apart = |labels: Labels| {
            let times = seen.entry(labels.clone()).or_default();
            *times += 1;
            match *times {
                1 => labels,
                times => labels.and(Labels::DUPLICATE, &times.to_string()),
            }
        };
        all.into_iter().map(&mut apart).collect()
    }
}

/// Families of series as text that is both Prometheus' format 0.0.4 and OpenMetrics: all are gauges, for the figures of a
/// run may fall from one run to the next, and neither format adds endings to the names of gauges.
#[derive(Default)]
pub(super) struct Exposition {
    families: Vec<Family>,
}

struct Family {
    name: String,
    help: String,
    samples: Vec<(Labels, f64)>,
}

impl Exposition {
    /// Adds a series. A value that is absent, or that no number can hold, adds none.
    pub(super) fn add(&mut self, name: &str, help: &str, labels: &Labels, value: Option<f64>) {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            return;
        };
        let sample = (labels.clone(), value);
        match self.families.iter_mut().find(|family| family.name == name) {
            Some(family) => family.samples.push(sample),
            None => self.families.push(Family {
                name: name.to_owned(),
                help: help.to_owned(),
                samples: vec![sample],
            }),
        }
    }

    /// The whole text. `# EOF`, with which OpenMetrics ends, is a comment in 0.0.4.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for Family {
            name,
            help,
            samples,
        } in &self.families
        {
            // A String takes everything.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
            for (labels, value) in samples {
                let _ = writeln!(text, "{name}{} {value}", written(labels));
            }
        }
        text + "# EOF\n"
    }
}

fn written(Labels(labels): &Labels) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// As both formats want a label's value; of what is on one line no other character is special in it.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', r#"\""#)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toolkit::prometheus;

    use super::*;

    #[test]
    fn what_has_the_same_labels_is_told_apart_and_the_first_stays_as_it_is() {
        let twice = [
            Labels::of("a", "b"),
            Labels::of("a", "c"),
            Labels::of("a", "b"),
        ];
        let apart = Labels::told_apart(twice)
            .iter()
            .map(written)
            .collect::<String>();
        assert_eq!(apart, r#"{a="b"}{a="c"}{a="b",duplicate="2"}"#);
    }

    #[test]
    fn what_no_number_can_hold_is_absent() {
        let mut exposition = Exposition::default();
        for value in [None, Some(f64::NAN), Some(f64::INFINITY)] {
            exposition.add("a", "b", &Labels::default(), value);
        }
        assert_eq!(exposition.text(), "# EOF\n");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_out_of_its_label(value in ".+", number in any::<f64>()) {
            prop_assume!(number.is_finite());
            let mut exposition = Exposition::default();
            exposition.add("a", "b", &Labels::of("c", &value), Some(number));
            let text = exposition.text();
            let sample = prometheus::samples(&text).next().unwrap();
            prop_assert_eq!((sample.value, sample.labels().unwrap()), (number, vec![("c", on_one_line(&value))]));
        }
    }
}
