use std::collections::HashMap;

use schema::evidence::VulnerabilitySource;
use serde::Deserialize;

use super::{Findings, Format};
use crate::error::Refusal;
use crate::input::Content;
use crate::read::json::{self, Each, Fold, Short};
use crate::reasons::Reasons;
use crate::severity::{Severity, SeverityCounts};

/// What `pip-audit --format json` writes. It tells no severity at all. A dependency that was skipped has no `vulns`, and
/// pip-audit's exit code does not say so.
pub(super) const FORMAT: Format = Format {
    name: "pip-audit",
    recognises: |head| {
        head.has_keys(&["dependencies[].vulns"])
            || head.has_keys(&["dependencies[].skip_reason"])
            || head.has_keys(&["dependencies", "fixes"])
    },
    read,
};

#[derive(Deserialize)]
struct Report {
    dependencies: Each<Dependencies>,
}

#[derive(Default)]
struct Dependencies {
    distinct: usize,
    audited: u64,
    skipped: Reasons,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    vulns: Option<Short<Vulnerability>>,
    skip_reason: Option<String>,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: String,
    #[serde(default)]
    aliases: Short<String>,
}

impl Fold for Dependencies {
    type Element = Dependency;

    fn add(&mut self, dependency: Dependency) {
        let name = dependency.name;
        match (dependency.vulns, dependency.skip_reason) {
            (Some(Short(vulnerabilities)), None) => {
                self.audited += 1;
                self.distinct += Aliases::of(vulnerabilities).count();
            }
            (_, reason) => {
                let reason = reason.as_deref().unwrap_or("without a reason");
                self.skipped.add(&format!("{name} ({reason})"));
            }
        }
    }
}

/// Vulnerabilities of one dependency by all of their names: those that share a name, if only by way of others, are one.
#[derive(Default)]
struct Aliases {
    by_name: HashMap<String, usize>,
    /// A forest: each points to another of the same vulnerability, or to itself.
    same_as: Vec<usize>,
    joined: usize,
}

impl Aliases {
    fn of(vulnerabilities: Vec<Vulnerability>) -> Aliases {
        let mut aliases = Aliases::default();
        for Vulnerability {
            id,
            aliases: Short(others),
        } in vulnerabilities
        {
            let new = aliases.same_as.len();
            aliases.same_as.push(new);
            for name in std::iter::once(id).chain(others) {
                let known = *aliases.by_name.entry(name).or_insert(new);
                aliases.join(known, new);
            }
        }
        aliases
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other
            && let Some(parent) = self.same_as.get_mut(other)
        {
            *parent = one;
            self.joined += 1;
        }
    }

    /// Halves the way on each walk, so that a long chain is walked once.
    fn root(&mut self, mut at: usize) -> usize {
        let same_as = |forest: &[usize], at: usize| forest.get(at).copied().unwrap_or(at);
        loop {
            let parent = same_as(&self.same_as, at);
            if parent == at {
                return at;
            }
            let grandparent = same_as(&self.same_as, parent);
            if let Some(entry) = self.same_as.get_mut(at) {
                *entry = grandparent;
            }
            at = grandparent;
        }
    }

    fn count(&self) -> usize {
        self.same_as.len() - self.joined
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let report: Report = json::read(content)?;
    let Each(dependencies) = report.dependencies;
    let nothing = (dependencies.audited == 0).then(|| "no dependency was audited".to_owned());
    let mut counts = SeverityCounts::default();
    (0..dependencies.distinct).for_each(|_| counts.add(Severity::Unknown));
    Ok(Findings::Vulnerabilities(VulnerabilitySource {
        incomplete: dependencies.skipped.into_text("not audited").or(nothing),
        ..counts.found_by("pip-audit")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read, severities, vulnerabilities};
    use proptest::prelude::*;

    fn vulnerability(id: &str, aliases: &[&str]) -> String {
        format!(r#"{{"id":"{id}","fix_versions":[],"aliases":{aliases:?},"description":"…"}}"#)
    }

    fn dependency(name: &str, vulnerabilities: &[String]) -> String {
        format!(
            r#"{{"name":"{name}","version":"1","vulns":[{}]}}"#,
            vulnerabilities.join(",")
        )
    }

    fn report(dependencies: &[String]) -> String {
        format!(
            r#"{{"dependencies":[{}],"fixes":[]}}"#,
            dependencies.join(",")
        )
    }

    fn unknown(dependencies: &[String]) -> u32 {
        let [0, 0, 0, 0, unknown] = severities(read(&FORMAT, &report(dependencies)).unwrap())
        else {
            panic!("a severity");
        };
        unknown
    }

    fn incomplete(dependencies: &[String]) -> Option<String> {
        vulnerabilities(read(&FORMAT, &report(dependencies)).unwrap()).incomplete
    }

    #[test]
    fn aliases_of_one_vulnerability_count_once_in_one_dependency() {
        let list = [
            vulnerability("PYSEC-1", &["CVE-1"]),
            vulnerability("GHSA-1", &["CVE-9"]),
            vulnerability("CVE-2", &[]),
            vulnerability("CVE-1", &["CVE-9"]),
        ];
        assert_eq!(unknown(&[dependency("a", &list)]), 2);
        assert_eq!(
            unknown(&[dependency("a", &list), dependency("b", &list)]),
            4
        );
        assert_eq!(unknown(&[dependency("a", &[])]), 0);
    }

    #[test]
    fn a_dependency_that_was_skipped_makes_the_result_incomplete() {
        let skipped = r#"{"name":"b","skip_reason":"not on PyPI"}"#.to_owned();
        let audited = dependency("a", &[]);
        assert_eq!(incomplete(std::slice::from_ref(&audited)), None);
        assert_eq!(
            incomplete(&[audited, skipped]).as_deref(),
            Some("not audited: b (not on PyPI)")
        );
        for strange in [
            r#"{"name":"c","version":"1"}"#,
            r#"{"name":"c","vulns":null}"#,
        ] {
            assert_eq!(
                incomplete(&[strange.to_owned()]).as_deref(),
                Some("not audited: c (without a reason)")
            );
        }
        let both = r#"{"name":"d","vulns":[],"skip_reason":"no answer"}"#.to_owned();
        assert_eq!(
            incomplete(&[both]).as_deref(),
            Some("not audited: d (no answer)")
        );
    }

    #[test]
    fn an_audit_of_nothing_says_nothing() {
        assert_eq!(
            incomplete(&[]).as_deref(),
            Some("no dependency was audited")
        );
    }

    #[test]
    fn what_lacks_its_dependencies_is_no_report() {
        let refusal = read(&FORMAT, r#"{"fixes":[]}"#).unwrap_err();
        assert!(
            refusal.contains("missing field `dependencies`"),
            "{refusal}"
        );
    }

    #[test]
    fn dependencies_that_are_null_are_no_report() {
        let refusal = read(&FORMAT, r#"{"dependencies":null,"fixes":[]}"#).unwrap_err();
        assert!(
            refusal.starts_with("dependencies: invalid type: null"),
            "{refusal}"
        );
    }

    proptest! {
        /// Groups found the slow way: names flow over from one to another until nothing changes.
        #[test]
        fn names_group_as_a_search_over_all_pairs_groups_them(
            list in prop::collection::vec(prop::collection::vec(0..12_u8, 1..4), 0..10)
        ) {
            let named = |names: &Vec<u8>| Vulnerability {
                id: names[0].to_string(),
                aliases: Short(names[1..].iter().map(u8::to_string).collect()),
            };
            let aliases = Aliases::of(list.iter().map(named).collect());
            let mut groups: Vec<Vec<u8>> = Vec::new();
            for names in &list {
                let shares = |group: &Vec<u8>| group.iter().any(|name| names.contains(name));
                let (shared, mut apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(shares);
                apart.push(shared.into_iter().flatten().chain(names.iter().copied()).collect());
                groups = apart;
            }
            prop_assert_eq!(aliases.count(), groups.len());
        }
    }
}
