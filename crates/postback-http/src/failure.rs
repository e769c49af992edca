//! Converts reqwest's errors, which contain URLs, into the port's, which do not.

use crate::resolve::Unresolved;
use postback::delivery::address::Denied;
use postback::port::http::HttpError;
use rustls::{AlertDescription, CertificateError, PeerIncompatible};
use std::error::Error;
use std::io;

/// Converts the error of a request that got no response. Only the kind is converted, and every text
/// of reqwest's is dropped.
pub(crate) fn failure(error: &reqwest::Error) -> HttpError {
    if let Some(denied) = find::<Denied>(error) {
        // A URL that is refused was refused before the client saw it, so that this error comes from
        // resolving its host name.
        return HttpError::ResolvedRefused(denied.clone());
    }
    if error.is_builder() {
        return HttpError::Request;
    }
    // Nothing was sent where no connection came about, however long that took.
    if error.is_timeout() && error.is_connect() {
        return HttpError::Connect(Some(io::ErrorKind::TimedOut));
    }
    if error.is_timeout() {
        return HttpError::Timeout;
    }
    if find::<Unresolved>(error).is_some() {
        return HttpError::Resolve;
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return HttpError::Tls(tls_reason(tls));
    }
    if error.is_connect() {
        return HttpError::Connect(find::<io::Error>(error).map(io::Error::kind));
    }
    HttpError::Protocol
}

/// Whether a client could not be built because of a root certificate.
pub(crate) fn bad_certificate(error: &reqwest::Error) -> bool {
    matches!(find::<rustls::Error>(error), Some(rustls::Error::InvalidCertificate(_)))
}

const TOO_OLD: &str = "the host speaks older versions alone; TLS 1.2 is the least";
const NOTHING_IN_COMMON: &str = "the host has no cipher in common with us; TLS 1.2 with ECDHE and AES-GCM or ChaCha20 is the \
                                 least";

/// Describes the alert that the host sent.
fn refused(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::ProtocolVersion => TOO_OLD,
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => NOTHING_IN_COMMON,
        AlertDescription::UnrecognisedName => "the host does not know its name",
        AlertDescription::CertificateRequired => "the host wants a certificate of the client, which is not sent",
        _ => "the host refused the handshake",
    }
}

fn tls_reason(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "the certificate has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "the certificate is for another name"
            }
            CertificateError::UnknownIssuer => {
                "the certificate is from an unknown issuer: it is self-signed, or the host sends no intermediate \
                 certificate"
            }
            CertificateError::Revoked => "the certificate was revoked",
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                "the certificate is not one for servers"
            }
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                "the certificate is signed in a way that is not taken; SHA-256 is the least"
            }
            _ => "the certificate is not valid",
        },
        rustls::Error::AlertReceived(alert) => refused(*alert),
        rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => TOO_OLD,
        rustls::Error::PeerIncompatible(_) => NOTHING_IN_COMMON,
        rustls::Error::InvalidMessage(_) => "the host does not speak TLS",
        _ => "the handshake failed",
    }
}

/// Finds the first error of type `T` in the chain of sources. An `io::Error` does not show the
/// error that it wraps in `source`, so it is opened.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_found_inside_nested_io_errors() {
        let denied = postback::delivery::address::AddressPolicy::default()
            .check("http://127.0.0.1/")
            .unwrap_err();
        let error = io::Error::other(io::Error::other(denied.clone()));
        assert_eq!(find::<Denied>(&error), Some(&denied));
        assert!(find::<Unresolved>(&error).is_none());
    }

    #[test]
    fn an_old_host_is_told_the_least_that_is_spoken() {
        let old = PeerIncompatible::ServerDoesNotSupportTls12Or13;
        assert_eq!(tls_reason(&rustls::Error::PeerIncompatible(old)), TOO_OLD);
        let alert = |alert| tls_reason(&rustls::Error::AlertReceived(alert));
        assert_eq!(alert(AlertDescription::ProtocolVersion), TOO_OLD);
        assert_eq!(alert(AlertDescription::HandshakeFailure), NOTHING_IN_COMMON);
        assert_eq!(alert(AlertDescription::InternalError), "the host refused the handshake");
        for text in [TOO_OLD, NOTHING_IN_COMMON] {
            assert!(text.contains("TLS 1.2") && text.ends_with("is the least"), "{text}");
        }
    }

    #[test]
    fn a_bad_certificate_is_named_by_its_fault() {
        let reason = |fault| tls_reason(&rustls::Error::InvalidCertificate(fault));
        assert_eq!(reason(CertificateError::Expired), "the certificate has expired");
        assert_eq!(
            reason(CertificateError::NotValidYet),
            "the certificate is not valid yet"
        );
        assert_eq!(
            reason(CertificateError::NotValidForName),
            "the certificate is for another name"
        );
        assert_eq!(
            reason(CertificateError::UnknownIssuer),
            "the certificate is from an unknown issuer: it is self-signed, or the host sends no intermediate certificate"
        );
        assert_eq!(reason(CertificateError::Revoked), "the certificate was revoked");
        assert_eq!(reason(CertificateError::BadSignature), "the certificate is not valid");
    }
}
