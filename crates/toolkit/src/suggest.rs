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

/// "; did you mean X?", or nothing if nothing is near.
pub(crate) fn hint<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
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
}
