use std::collections::HashMap;

use serde::Deserialize;

use super::MOST_KEPT;
use super::results::Finding;
use crate::read::json::{self, Each, Fold, Short};
use crate::severity::Severity;

/// A tool and its rules.
#[derive(Deserialize)]
pub(super) struct Tool {
    driver: Component,
    extensions: Option<Short<Component>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    name: String,
    version: Option<String>,
    semantic_version: Option<String>,
    #[serde(default, deserialize_with = "json::null_is_empty")]
    rules: Each<Rules>,
}

#[derive(Default)]
struct Rules {
    all: Vec<Rule>,
    /// Positions in `all`.
    by_id: HashMap<String, usize>,
    too_many: bool,
}

struct Rule {
    id: String,
    tagged: Option<Severity>,
    scored: Option<Severity>,
    level: Option<Level>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: String,
    default_configuration: Option<Configuration>,
    properties: Option<Properties>,
}

#[derive(Deserialize)]
struct Configuration {
    level: Option<Level>,
}

/// Section 3.27.10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Level {
    Error,
    Warning,
    Note,
    None,
}

/// What tools say of severity in a property bag, of a rule or a result.
#[derive(Deserialize)]
pub(super) struct Properties {
    tags: Option<Short<String>>,
    #[serde(rename = "security-severity")]
    score: Option<Score>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Score {
    Number(f64),
    Text(String),
}

/// Which rule a result names.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Reference {
    /// `None`: of the driver, or not said. `Some(None)`: of a component that has no position.
    pub(super) extension: Option<Option<usize>>,
    pub(super) index: Option<usize>,
    pub(super) id: Option<String>,
}

impl Fold for Rules {
    type Element = Descriptor;

    fn add(&mut self, descriptor: Descriptor) {
        if self.all.len() >= MOST_KEPT {
            self.too_many = true;
            return;
        }
        let configuration = descriptor.default_configuration;
        let properties = descriptor.properties.as_ref();
        self.by_id
            .entry(descriptor.id.clone())
            .or_insert(self.all.len());
        self.all.push(Rule {
            id: descriptor.id,
            tagged: properties.and_then(Properties::tagged),
            scored: properties.and_then(Properties::scored),
            level: configuration.and_then(|configuration| configuration.level),
        });
    }
}

impl Properties {
    /// By the worst of the words that Trivy writes as a tag, in capitals; other tools have tags such as `high` for other things.
    fn tagged(&self) -> Option<Severity> {
        let words = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"];
        let tags = self
            .tags
            .iter()
            .flat_map(|tags| &tags.0)
            .map(String::as_str);
        tags.filter(|tag| words.contains(tag))
            .map(Severity::of_word)
            .max()
    }

    /// By the band of the score; unknown where it is none.
    pub(super) fn scored(&self) -> Option<Severity> {
        let score = match self.score.as_ref()? {
            Score::Number(number) => Some(*number),
            Score::Text(text) => text.trim().parse().ok(),
        };
        Some(score.map_or(Severity::Unknown, Severity::of_score))
    }
}

impl Rules {
    fn of_id(&self, id: &str) -> Option<&Rule> {
        self.by_id.get(id).and_then(|at| self.all.get(*at))
    }
}

impl Tool {
    pub(super) fn name(&self) -> &str {
        &self.driver.name
    }

    pub(super) fn version(&self) -> Option<&str> {
        let Component {
            version,
            semantic_version,
            ..
        } = &self.driver;
        semantic_version.as_deref().or(version.as_deref())
    }

    pub(super) fn has_too_many_rules(&self) -> bool {
        self.components().any(|rules| rules.too_many)
    }

    /// Tags of the rule first, then the score of the result or the rule, then the level of the result or the rule.
    pub(super) fn severity(&self, result: &Finding) -> Severity {
        let rule = self.rule(&result.rule);
        rule.and_then(|rule| rule.tagged)
            .or(result.scored)
            .or(rule.and_then(|rule| rule.scored))
            .unwrap_or_else(|| match result.level.or(rule.and_then(|rule| rule.level)) {
                Some(Level::Error) => Severity::High,
                Some(Level::Warning) | None => Severity::Medium,
                Some(Level::Note) => Severity::Low,
                Some(Level::None) => Severity::Unknown,
            })
    }

    /// A position that leads to a rule of another id is wrong, as old versions of Grype write it; then the id decides.
    fn rule(&self, reference: &Reference) -> Option<&Rule> {
        let id = reference.id.as_deref();
        let named = match reference.extension {
            None => Some(&self.driver),
            Some(position) => position.and_then(|at| self.extensions.as_ref()?.0.get(at)),
        };
        let named = named.map(|component| &component.rules.0);
        named
            .and_then(|rules| rules.all.get(reference.index?))
            .filter(|rule| id.is_none_or(|id| is_below(id, &rule.id)))
            .or_else(|| named?.of_id_or_above(id?))
            .or_else(|| {
                self.components()
                    .find_map(|rules| rules.of_id_or_above(id?))
            })
    }

    fn components(&self) -> impl Iterator<Item = &Rules> {
        let extensions = self.extensions.iter().flat_map(|list| &list.0);
        std::iter::once(&self.driver)
            .chain(extensions)
            .map(|component| &component.rules.0)
    }
}

/// Section 3.27.5: the id of a result may go on where that of its rule ends, behind a slash.
fn is_below(id: &str, rule: &str) -> bool {
    id.strip_prefix(rule)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Rules {
    fn of_id_or_above(&self, id: &str) -> Option<&Rule> {
        let above = id
            .rmatch_indices('/')
            .map(|(at, _)| id.get(..at).unwrap_or_default());
        std::iter::once(id)
            .chain(above)
            .find_map(|id| self.of_id(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool() -> Tool {
        serde_json::from_str(
            r#"{"driver":{"name":"d","rules":[{"id":"a"},{"id":"b/c"}]},
                "extensions":[{"name":"e","rules":[{"id":"a"},{"id":"x"},{"id":"y"}]}]}"#,
        )
        .unwrap()
    }

    fn found(extension: Option<Option<usize>>, index: Option<usize>, id: &str) -> Option<String> {
        let id = (!id.is_empty()).then(|| id.to_owned());
        let reference = Reference {
            extension,
            index,
            id,
        };
        tool().rule(&reference).map(|rule| rule.id.clone())
    }

    #[test]
    fn a_rule_is_found_by_position_by_id_or_by_the_beginning_of_an_id() {
        let extension = Some(Some(0));
        for (extension, index, id, expected) in [
            (None, Some(1), "", Some("b/c")),
            (None, None, "a", Some("a")),
            (None, None, "a/1/2", Some("a")),
            (None, None, "b/c/d", Some("b/c")),
            (None, None, "b", None),
            (None, None, "ab", None),
            (None, None, "", None),
            (None, Some(9), "", None),
            (None, Some(9), "a", Some("a")),
            (extension, Some(2), "", Some("y")),
            (extension, Some(2), "y", Some("y")),
            (extension, None, "x", Some("x")),
        ] {
            assert_eq!(
                found(extension, index, id).as_deref(),
                expected,
                "{index:?} {id}"
            );
        }
    }

    #[test]
    fn an_id_is_believed_rather_than_a_position_and_looked_for_everywhere() {
        assert_eq!(found(None, Some(0), "b/c").as_deref(), Some("b/c"));
        assert_eq!(found(None, Some(0), "x").as_deref(), Some("x"));
        assert_eq!(found(None, Some(0), "nowhere"), None);
        assert_eq!(found(Some(None), Some(0), "y").as_deref(), Some("y"));
        assert_eq!(found(Some(None), Some(0), ""), None);
        assert_eq!(found(Some(Some(7)), Some(0), "b/c").as_deref(), Some("b/c"));
    }
}
