/// Shorter than git itself abbreviates a commit, it could be any.
const FEWEST_DIGITS: usize = 7;

/// A commit, whole or abbreviated, as hexadecimal digits in small letters; in words what is none.
pub fn commit(text: &str) -> Result<String, String> {
    let is_commit =
        text.len() >= FEWEST_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(format!(
            "found {text:?}, expected at least seven hexadecimal digits of a commit"
        ))
    }
}

/// Whether two texts name the same commit; either may be abbreviated, and neither may be something else.
pub fn is_same_commit(one: &str, other: &str) -> bool {
    match (commit(one), commit(other)) {
        (Ok(one), Ok(other)) => one.starts_with(&other) || other.starts_with(&one),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abbreviated_commit_is_the_same_and_a_shorter_text_is_none() {
        let whole = "0123456789abcdef0123456789abcdef01234567";
        for (one, same) in [
            (whole, true),
            ("0123456", true),
            ("0123456789ABCDEF", true),
            ("012345", false),
            ("0123457", false),
            ("", false),
            ("main", false),
        ] {
            assert_eq!(is_same_commit(one, whole), same, "{one}");
            assert_eq!(is_same_commit(whole, one), same, "{one}");
        }
        assert!(!is_same_commit("main", "main"));
    }
}
