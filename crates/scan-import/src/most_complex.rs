use schema::Measured;
use schema::evidence::{CodeQualityMetric, CodeQualitySource};

/// The function with the highest complexity of those that were told of; the first of several.
#[derive(Debug, Default)]
pub(crate) struct MostComplex(Option<(Measured, String)>);

impl MostComplex {
    /// Takes a function, with a name for people.
    pub(crate) fn add(&mut self, complexity: Measured, function: impl FnOnce() -> String) {
        if self
            .0
            .as_ref()
            .is_none_or(|(highest, _)| complexity > *highest)
        {
            self.0 = Some((complexity, function()));
        }
    }

    /// What `tool` says by it.
    pub(crate) fn found_by(self, tool: &str) -> CodeQualitySource {
        let (complexity, function) = self.0.unzip();
        CodeQualitySource {
            complexity,
            function,
            ..CodeQualitySource::new(CodeQualityMetric::Complexity, tool)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_highest_is_kept_and_none_has_no_figure() {
        let mut functions = MostComplex::default();
        for (complexity, name) in [(3, "a"), (7, "b"), (7, "c"), (1, "d")] {
            functions.add(Measured::from(complexity), || name.to_owned());
        }
        let source = functions.found_by("tool");
        assert_eq!(source.complexity, Measured::new(7.0));
        assert_eq!(source.function.as_deref(), Some("b"));
        assert_eq!(MostComplex::default().found_by("tool").complexity, None);
    }
}
