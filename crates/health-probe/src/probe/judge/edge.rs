//! Conditions on the connection: that there is an answer at all, when it came, and whose certificate was shown.

use schema::configuration::ProbeExpect;
use schema::evidence::{CheckValue, Operator};
use toolkit::http::{Exchange, Failure, FailureKind};

use super::{Unmet, status};

/// Of a request that has no whole answer.
pub(super) fn unanswered(expect: &ProbeExpect, exchange: &Exchange, failure: &Failure) -> Unmet {
    if failure.kind == FailureKind::Tls
        && exchange.certificate.is_some()
        && let Some(expired) = certificate(expect, exchange)
    {
        let found = match &expired.found {
            Some(found) => format!("{found} ({})", failure.message),
            None => failure.message.clone(),
        };
        return expired.but_found(found);
    }
    if exchange.status.is_some() {
        return Unmet::new(
            "answer",
            Operator::Equal,
            "whole",
            Some("broken off".into()),
        )
        .but_found(&*failure.message);
    }
    let (operator, expected) = status::limit(expect.status.as_ref());
    Unmet::new("status", operator, expected, None)
        .but_found(format!("no answer: {}", failure.message))
}

pub(super) fn too_slow(expect: &ProbeExpect, exchange: &Exchange) -> Option<Unmet> {
    let (limit, took) = (expect.response_time_ms?, exchange.timings.total_ms?);
    (took > limit).then(|| Unmet {
        unit: "ms",
        ..Unmet::new(
            "response_time_ms",
            Operator::AtMost,
            limit,
            Some(took.into()),
        )
    })
}

pub(super) fn certificate(expect: &ProbeExpect, exchange: &Exchange) -> Option<Unmet> {
    let least = expect.certificate_days_left?;
    let unmet = |actual| Unmet {
        unit: "days",
        ..Unmet::new(
            "certificate_days_left",
            Operator::AtLeast,
            CheckValue::Number(least as f64),
            actual,
        )
    };
    let Some(certificate) = exchange.certificate else {
        return Some(unmet(None).but_found("no certificate"));
    };
    let (days, when) = (certificate.days_left(), certificate.not_after());
    let is_enough = u64::try_from(days).is_ok_and(|days| days >= least);
    (!is_enough).then(|| {
        let found = if days < 0 {
            format!("a certificate that expired on {when}")
        } else {
            format!("{days} days: it is valid until {when}")
        };
        unmet(Some(CheckValue::Number(days as f64))).but_found(found)
    })
}
