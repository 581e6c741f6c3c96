//! A repository at GitHub, or at a GitHub Enterprise Server (<https://docs.github.com/rest>).

use serde_json::Value;
use toolkit::ToolkitError;
use toolkit::http::Target;

use crate::delivery::{Address, Header, Refusal, Request, refuse_in_the_clear};
use crate::error::Error;
use crate::options::Options;
use crate::secret::Secret;
use crate::surroundings;

const API_URL: &str = "https://api.github.com";
const API_VARIABLE: &str = "GITHUB_API_URL";

/// Of the descriptions of statuses.
pub(crate) const DESCRIPTION_LIMIT: usize = 140;

/// Where the API is, which repository is meant, and who asks.
pub(crate) struct GitHub {
    api: Target,
    repository: String,
    token: Secret,
}

impl GitHub {
    pub(crate) fn of(options: &Options) -> Result<GitHub, Error> {
        let typed = options.repository.clone();
        let found = typed
            .or_else(|| surroundings::variable("GITHUB_REPOSITORY"))
            .ok_or(Error::NoRepository)?;
        let token = Secret::find(
            "--github-token-file",
            options.github_token_file.as_deref(),
            &["GITHUB_TOKEN", "GH_TOKEN"],
        )?;
        if !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::OddToken {
                source_name: token.source_name,
            });
        }
        let url = surroundings::variable(API_VARIABLE).unwrap_or_else(|| API_URL.to_owned());
        let api = Target::parse(&url)?;
        refuse_in_the_clear(&api, API_VARIABLE)?;
        Ok(GitHub {
            api,
            repository: repository(found)?,
            token,
        })
    }

    /// A request below the repository; `permission` is what the token needs for it.
    pub(crate) fn request(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
        permission: &'static str,
    ) -> Request {
        let path = format!("/repos/{}{path}", self.repository);
        self.at(
            method,
            Address::below(&self.api, &path),
            body,
            Some(permission),
        )
    }

    /// Who the token belongs to. The token of an app may not ask.
    pub(crate) fn user(&self) -> Request {
        self.at("GET", Address::below(&self.api, "/user"), None, None)
    }

    /// The page that follows the one that `request` asked for and that came with this `Link`; `None` after the last one. One
    /// elsewhere is not asked for: the token would go there.
    pub(crate) fn next_page(
        &self,
        request: &Request,
        link: Option<&str>,
    ) -> Result<Option<Request>, Refusal> {
        let Some(url) = link.and_then(next) else {
            return Ok(None);
        };
        let elsewhere = |_: ToolkitError| Refusal::lasting(request, "the next page has no address");
        let (target, path) = Target::of_page(url).map_err(elsewhere)?;
        let origin = |target: &Target| format!("{:?} {}", target.place, target.authority);
        if origin(&target) != origin(&self.api) {
            let reason = "the next page is elsewhere, where the token is not sent";
            return Err(Refusal::lasting(request, reason));
        }
        let address = Address::below(&target, &path);
        Ok(Some(self.at("GET", address, None, request.permission)))
    }

    fn at(
        &self,
        method: &'static str,
        address: Address,
        body: Option<&Value>,
        permission: Option<&'static str>,
    ) -> Request {
        let mut headers = vec![
            Header::open("Accept", "application/vnd.github+json"),
            Header::open("X-GitHub-Api-Version", "2022-11-28"),
            Header::secret("Authorization", format!("Bearer {}", self.token.expose())),
        ];
        if body.is_some() {
            headers.push(Header::open("Content-Type", "application/json"));
        }
        Request {
            method,
            address,
            headers,
            body: body.map(Value::to_string),
            secrets: vec![self.token.clone()],
            permission,
        }
    }
}

fn repository(found: String) -> Result<String, Error> {
    let is_name = |name: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !name.is_empty() && name != "." && name != ".." && name.bytes().all(known)
    };
    match found.split_once('/') {
        Some((owner, name)) if is_name(owner) && is_name(name) => Ok(found),
        _ => Err(Error::OddRepository { found }),
    }
}

/// The address of the next page in a `Link` header (RFC 8288), as in `<https://…&page=2>; rel="next", <…>; rel="last"`.
fn next(link: &str) -> Option<&str> {
    let mut links = link.split('<').skip(1);
    links.find_map(|link| {
        let (url, parameters) = link.split_once('>')?;
        let mut parameters = parameters.split([';', ',']).map(str::trim);
        parameters
            .any(|parameter| parameter == r#"rel="next""# || parameter == "rel=next")
            .then_some(url)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_two_names() {
        assert!(repository("owner/na.me-1".to_owned()).is_ok());
        for odd in [
            "owner", "owner/", "/name", "a/b/c", "a/..", "a/b?c", "a b/c",
        ] {
            assert!(repository(odd.to_owned()).is_err(), "{odd}");
        }
    }

    #[test]
    fn the_next_page_is_the_one_that_is_called_so() {
        for (link, url) in [
            (
                r#"<https://a/?page=1>; rel="prev", <https://a/?page=3>; rel="next", <https://a/?page=9>; rel="last""#,
                Some("https://a/?page=3"),
            ),
            (
                r#"<https://a/?page=1>; rel="prev", <https://a/?page=1>; rel="first""#,
                None,
            ),
            ("", None),
        ] {
            assert_eq!(next(link), url, "{link}");
        }
    }
}
