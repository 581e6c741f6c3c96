//! Addresses of services, as they may be printed.

/// An address without the user and password that may stand in it.
pub fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_printed_without_its_password() {
        assert_eq!(
            without_user("http://me:secret@host:80/a@b"),
            "http://host:80/a@b"
        );
        assert_eq!(without_user("http://host/?at=@"), "http://host/?at=@");
    }
}
