use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_cert::Certificate as X509;
use x509_cert::der::Decode;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// How long the certificate of a service is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    not_after: Timestamp,
}

impl Certificate {
    /// `None` if it cannot be read.
    pub(super) fn of(shown: &CertificateDer<'_>) -> Option<Certificate> {
        let certificate = X509::from_der(shown).ok()?;
        let validity = certificate.tbs_certificate().validity();
        let since_1970: Duration = validity.not_after.to_unix_duration();
        let not_after = Timestamp::from_second(since_1970.as_secs().try_into().ok()?).ok()?;
        Some(Certificate { not_after })
    }

    /// Its last second, RFC 3339 in UTC.
    pub fn not_after(&self) -> String {
        self.not_after.to_string()
    }

    /// Whole days that it is still valid for; negative of one that has expired, even by less than a day.
    pub fn days_left(&self) -> i64 {
        let seconds = self.not_after.as_second() - Timestamp::now().as_second();
        seconds.div_euclid(SECONDS_PER_DAY)
    }
}
