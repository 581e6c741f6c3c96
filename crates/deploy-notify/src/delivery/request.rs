use std::net::IpAddr;

use serde_json::Value;
use toolkit::http::{Place, Target};

use crate::error::Error;
use crate::secret::{Secret, masked};

/// Where a request goes, and how that may be told.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) target: Target,
    /// Below that of the target, with its query.
    pub(crate) path: String,
    /// Without anything that is secret.
    pub(crate) told: String,
}

/// One request to a channel.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// In capitals.
    pub(crate) method: &'static str,
    pub(crate) address: Address,
    pub(crate) headers: Vec<Header>,
    /// JSON, as it is sent.
    pub(crate) body: Option<String>,
    /// What must not be told, wherever it turns up.
    pub(crate) secrets: Vec<Secret>,
    /// The permission that the sender's token needs, as GitHub calls it.
    pub(crate) permission: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) is_secret: bool,
}

impl Header {
    pub(crate) fn open(name: &'static str, value: &str) -> Header {
        Header {
            name,
            value: value.to_owned(),
            is_secret: false,
        }
    }

    pub(crate) fn secret(name: &'static str, value: String) -> Header {
        Header {
            name,
            value,
            is_secret: true,
        }
    }
}

impl Address {
    /// One that somebody typed, which is no secret but for its query.
    pub(crate) fn typed(url: &str) -> Result<Address, Error> {
        let schemes = ["http://", "https://", "unix:"];
        if !schemes.iter().any(|scheme| url.starts_with(scheme)) {
            return Err(Error::NoScheme);
        }
        let (target, path) = Target::of_page(url)?;
        let (page, query) = path.split_once('?').unwrap_or((&path, ""));
        let mask = if query.is_empty() { "" } else { "?***" };
        Ok(Address {
            told: format!("{}{page}{mask}", target.url),
            target,
            path,
        })
    }

    /// One that is a secret itself, of which only the host is told.
    pub(crate) fn secret(url: &Secret) -> Result<Address, Error> {
        // Why it is refused would tell of it.
        let (target, path) = Target::of_page(url.expose()).map_err(|_| Error::OddAddress {
            source_name: url.source_name.clone(),
        })?;
        refuse_in_the_clear(&target, &url.source_name)?;
        Ok(Address {
            told: format!("{}/***", target.url),
            target,
            path,
        })
    }

    /// Below a target whose address is no secret.
    pub(crate) fn below(target: &Target, path: &str) -> Address {
        Address {
            target: target.clone(),
            path: path.to_owned(),
            told: format!("{}{path}", target.url),
        }
    }
}

/// What is secret crosses no network where others can read it.
pub(crate) fn refuse_in_the_clear(target: &Target, source_name: &str) -> Result<(), Error> {
    let is_private = match &target.place {
        Place::Host { tls: true, .. } | Place::Unix(_) => true,
        Place::Host { name, .. } => {
            let address: Option<IpAddr> = name.parse().ok();
            name == "localhost" || address.is_some_and(|address| address.is_loopback())
        }
    };
    if is_private {
        Ok(())
    } else {
        Err(Error::InTheClear {
            source_name: source_name.to_owned(),
        })
    }
}

impl Request {
    /// Method and address, as they may be told.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.address.told)
    }

    /// All of it, for people, without a secret; indented, so that nothing in it begins a line.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("  {}", self.line());
        for Header {
            name,
            value,
            is_secret,
        } in &self.headers
        {
            let value = if *is_secret { "***" } else { value };
            shown += &format!("\n  {name}: {value}");
        }
        if let Some(body) = &self.body {
            let value: Value = serde_json::from_str(body).unwrap_or_default();
            for line in format!("{value:#}").lines() {
                shown += &format!("\n  {line}");
            }
        }
        masked(&shown, &self.secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_over_tls_or_stays_on_this_machine() {
        for (url, taken) in [
            ("https://host", true),
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://localhost:1", true),
            ("unix:/run/app.sock", true),
            ("http://host", false),
            ("http://10.0.0.1", false),
            ("http://localhost.example.org", false),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(refuse_in_the_clear(&target, "X").is_ok(), taken, "{url}");
        }
    }

    #[test]
    fn a_typed_address_is_told_without_its_query() {
        let address = Address::typed("https://host/hook?token=s3cret").unwrap();
        assert_eq!(address.told, "https://host/hook?***");
        assert_eq!(address.path, "/hook?token=s3cret");
    }
}
