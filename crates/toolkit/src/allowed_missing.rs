use crate::ToolkitError;

/// What a person lets be missing: the names given with `--allow-missing`.
#[derive(Clone, Debug, Default)]
pub struct AllowedMissing {
    names: Vec<String>,
}

impl AllowedMissing {
    /// Refuses a name that covers nothing of what can be missing.
    pub fn new(
        names: &[String],
        can_be_missing: &[String],
    ) -> Result<AllowedMissing, ToolkitError> {
        let means_nothing = |name: &&String| {
            !can_be_missing
                .iter()
                .any(|candidate| covers(name, candidate))
        };
        match names.iter().find(means_nothing) {
            Some(name) => Err(ToolkitError::unknown_name(
                "--allow-missing",
                name,
                can_be_missing
                    .iter()
                    .flat_map(|candidate| with_prefixes(candidate)),
            )),
            None => Ok(AllowedMissing {
                names: names.to_vec(),
            }),
        }
    }

    /// Whether `name`, or something that it is a part of, was named: `latency` covers `latency.p99_ms`.
    pub fn covers(&self, name: &str) -> bool {
        self.names.iter().any(|allowed| covers(allowed, name))
    }
}

fn covers(allowed: &str, name: &str) -> bool {
    name.strip_prefix(allowed)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn with_prefixes(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.')
        .map(|(end, _)| &name[..end])
        .chain([name])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(name: &str) -> Result<AllowedMissing, ToolkitError> {
        let known = ["latency.p99_ms", "memory.peak_mb"].map(str::to_owned);
        AllowedMissing::new(&[name.to_owned()], &known)
    }

    #[test]
    fn a_section_covers_its_metrics_and_no_namesake() {
        let allowed = allow("latency").unwrap();
        assert!(allowed.covers("latency.p99_ms"));
        assert!(!allowed.covers("latency_of_something_else"));
        assert!(!allowed.covers("memory.peak_mb"));
        assert!(!allow("latency.p99_ms").unwrap().covers("latency.p95_ms"));
    }

    #[test]
    fn a_name_that_means_nothing_is_refused_with_the_nearest_one() {
        assert_eq!(
            allow("memry").unwrap_err().to_string(),
            "--allow-missing memry: there is nothing of that name; did you mean memory?"
        );
        assert!(allow("").is_err());
    }
}
