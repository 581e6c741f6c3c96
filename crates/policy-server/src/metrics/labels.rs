//! The fixed sets that labels come from.

use hyper::Method;

/// An endpoint as a label; every unknown path is `other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// `/predict`
    Predict,
    /// `/healthz`
    Healthz,
    /// `/metadata`
    Metadata,
    /// `/warmup`
    Warmup,
    /// `/metrics`
    Metrics,
    /// Everything else.
    Other,
}

impl Endpoint {
    /// In the order of their discriminants.
    pub const ALL: [Self; 6] = [
        Self::Predict,
        Self::Healthz,
        Self::Metadata,
        Self::Warmup,
        Self::Metrics,
        Self::Other,
    ];

    /// The endpoint at this path of a URL.
    pub fn of_path(path: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|endpoint| endpoint.label() == path)
            .unwrap_or(Self::Other)
    }

    /// Its path.
    pub fn label(self) -> &'static str {
        match self {
            Self::Predict => "/predict",
            Self::Healthz => "/healthz",
            Self::Metadata => "/metadata",
            Self::Warmup => "/warmup",
            Self::Metrics => "/metrics",
            Self::Other => "other",
        }
    }
}

/// A method as a label; those that no endpoint takes are `other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodLabel {
    /// GET
    Get,
    /// POST
    Post,
    /// Everything else.
    Other,
}

impl MethodLabel {
    /// In the order of their discriminants.
    pub const ALL: [Self; 3] = [Self::Get, Self::Post, Self::Other];

    /// The label of a method.
    pub fn of_method(method: &Method) -> Self {
        match *method {
            Method::GET => Self::Get,
            Method::POST => Self::Post,
            _ => Self::Other,
        }
    }

    /// Its text.
    pub fn label(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discriminants_follow_the_order_of_all() {
        assert!(
            Endpoint::ALL
                .iter()
                .enumerate()
                .all(|(index, &own)| own as usize == index)
        );
        assert!(
            MethodLabel::ALL
                .iter()
                .enumerate()
                .all(|(index, &own)| own as usize == index)
        );
    }

    #[test]
    fn a_path_that_reads_like_a_label_is_still_unknown() {
        assert_eq!(Endpoint::of_path("/predict"), Endpoint::Predict);
        assert_eq!(Endpoint::of_path("/predict/"), Endpoint::Other);
        assert_eq!(Endpoint::of_path("other"), Endpoint::Other);
    }
}
