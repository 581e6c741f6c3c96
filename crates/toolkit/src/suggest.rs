//! What a person probably meant.

/// The candidate nearest to what was typed, if one is near enough to be what was meant.
pub(crate) fn nearest<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(typed, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate)
}

/// More than that nobody reads.
const MOST_LISTED: usize = 12;

/// As [`hint`]; if nothing is near and there are few candidates, "; expected one of" them.
pub(crate) fn hint_or_all<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    let mut candidates: Vec<&str> = candidates.into_iter().collect();
    candidates.sort_unstable();
    candidates.dedup();
    match hint(typed, candidates.iter().copied()) {
        nothing if nothing.is_empty() && candidates.len() <= MOST_LISTED => {
            format!("; expected one of {}", candidates.join(", "))
        }
        hint => hint,
    }
}

/// "; did you mean X?", or nothing if nothing is near.
pub fn hint<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(typed, candidates)
        .map(|candidate| format!("; did you mean {candidate}?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_what_was_meant() {
        let keys = ["warmup_iterations", "measurement_iterations", "batch_sizes"];
        assert_eq!(nearest("warmup_iteration", keys), Some("warmup_iterations"));
        assert_eq!(nearest("bach_sizes", keys), Some("batch_sizes"));
        assert_eq!(nearest("zzz", keys), None);
    }

    #[test]
    fn what_is_near_nothing_gets_a_list_that_is_not_too_long() {
        assert_eq!(
            hint_or_all("zzz", ["security", "deployment", "security"]),
            "; expected one of deployment, security"
        );
        assert_eq!(
            hint_or_all("securty", ["security", "deployment"]),
            "; did you mean security?"
        );
        let many: Vec<String> = (0..100).map(|number| format!("name_{number}")).collect();
        assert_eq!(hint_or_all("zzz", many.iter().map(String::as_str)), "");
    }
}
