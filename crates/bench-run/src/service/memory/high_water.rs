/// The kernel's mark of the highest memory so far, as it stood at the beginning of a phase.
#[derive(Clone, Copy, Debug)]
pub struct HighWater {
    /// In MiB; `None` if there is no mark.
    pub at_start: Option<f64>,
    /// Whether the mark was set back to the memory of that moment.
    pub set_back: bool,
}

impl HighWater {
    /// The highest memory of the phase if the mark stands at `now`, in MiB. `None` if what it marks may have been before:
    /// it could not be set back, and nothing has raised it since.
    pub fn of_phase(self, now: Option<f64>) -> Option<f64> {
        let now = now?;
        let raised = self.at_start.is_some_and(|at_start| now > at_start);
        (self.set_back || raised).then_some(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(at_start: Option<f64>, set_back: bool, now: Option<f64>) -> Option<f64> {
        HighWater { at_start, set_back }.of_phase(now)
    }

    #[test]
    fn a_mark_that_was_set_back_is_of_the_phase() {
        assert_eq!(mark(Some(7.0), true, Some(7.0)), Some(7.0));
    }

    #[test]
    fn a_mark_that_was_not_set_back_is_of_the_phase_only_if_it_was_raised() {
        assert_eq!(mark(Some(7.0), false, Some(7.0)), None);
        assert_eq!(mark(Some(7.0), false, Some(7.5)), Some(7.5));
        assert_eq!(mark(None, false, Some(7.5)), None);
    }

    #[test]
    fn no_mark_is_no_peak() {
        assert_eq!(mark(Some(7.0), true, None), None);
    }
}
