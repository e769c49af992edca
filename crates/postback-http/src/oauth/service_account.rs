//! The key of a service account: an assertion that it signs is given for an access token (RFC 7523,
//! section 2.1; the claims are those of Google's guide "Using OAuth 2.0 for Server to Server
//! Applications"). The signature is made by the library that makes those of TLS.

use super::credential::{Members, text};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postback::Secret;
use rustls::SignatureScheme;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use rustls::sign::SigningKey;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// For how long an assertion is valid, in seconds: the longest that Google takes.
const LIFE: u64 = 60 * 60;

/// A service account with its key.
#[derive(Clone)]
pub(super) struct ServiceAccount {
    email: String,
    key_id: Option<String>,
    /// The key as it is written, to see whether another one has taken its place.
    written: Secret,
    key: Arc<dyn SigningKey>,
}

/// It shows no key.
impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccount({})", self.email)
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    exp: u64,
    iat: u64,
}

impl ServiceAccount {
    /// Reads the members of a key's file.
    ///
    /// # Errors
    /// - a `client_email` or `private_key` that is missing, empty, or no text
    /// - a `private_key` that is no RSA key in PEM
    pub(super) fn read(members: &Members) -> Result<Self, String> {
        let needed = |name| text(members, name)?.ok_or_else(|| format!("has no `{name}`"));
        let (email, written) = (needed("client_email")?, Secret::from(needed("private_key")?));
        let key = signing_key(written.expose()).ok_or("`private_key` is not an RSA key in PEM")?;
        Ok(Self {
            email,
            key_id: text(members, "private_key_id")?,
            written,
            key,
        })
    }

    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        self.written.matches(other.written.expose()) && (&self.email, &self.key_id) == (&other.email, &other.key_id)
    }

    /// The signed assertion by which this endpoint is asked for these scopes at a time, in Unix
    /// seconds.
    ///
    /// # Errors
    /// A key that does not sign.
    pub(super) fn assertion(&self, endpoint: &str, scopes: &[String], now: u64) -> Result<String, String> {
        let header = Header {
            alg: "RS256",
            typ: "JWT",
            kid: self.key_id.as_deref(),
        };
        let claims = Claims {
            iss: &self.email,
            scope: &scopes.join(" "),
            aud: endpoint,
            exp: now.saturating_add(LIFE),
            iat: now,
        };
        let signed = encoded(&header)
            .zip(encoded(&claims))
            .map(|(header, claims)| format!("{header}.{claims}"));
        let signature = signed.as_deref().and_then(|text| sign(&*self.key, text.as_bytes()));
        match signed.zip(signature) {
            Some((signed, signature)) => Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))),
            None => Err("the key of the service account does not sign".into()),
        }
    }
}

fn encoded(part: &impl Serialize) -> Option<String> {
    let json = serde_json::to_vec(part).ok()?;
    Some(URL_SAFE_NO_PAD.encode(json))
}

fn signing_key(pem: &[u8]) -> Option<Arc<dyn SigningKey>> {
    let der = PrivateKeyDer::from_pem_slice(pem).ok()?;
    let key = any_supported_type(&der).ok()?;
    // Keys of other kinds sign otherwise.
    key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])?;
    Some(key)
}

/// `RS256` (RFC 7518, section 3.3).
fn sign(key: &dyn SigningKey, message: &[u8]) -> Option<Vec<u8>> {
    let signer = key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])?;
    signer.sign(message).ok()
}

#[cfg(test)]
mod tests {
    use super::super::credential::{Credential, members};
    use super::*;

    const KEY: &str = include_str!("../../tests/oauth/rfc7515.pem");

    fn file(key: &str) -> String {
        format!(
            r#"{{"type": "service_account", "private_key_id": "k1", "private_key": {}, "client_email": "robot@p.iam.gserviceaccount.com"}}"#,
            serde_json::to_string(key).unwrap()
        )
    }

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // RFC 7515, appendix A.2.1.
        let message = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let key = signing_key(KEY.as_bytes()).unwrap();
        let signature = URL_SAFE_NO_PAD.encode(sign(&*key, message).unwrap());
        assert_eq!(
            signature,
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb\
             F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383Lc\
             OLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVm\
             tVrBp0igcN_IoypGlUPQGe77Rw"
        );
    }

    #[test]
    fn an_assertion_is_the_one_that_another_library_makes() {
        let account = ServiceAccount::read(&members(&file(KEY)).unwrap()).unwrap();
        let scopes = ["https://www.googleapis.com/auth/datamanager".to_owned()];
        let made = account
            .assertion("https://oauth2.googleapis.com/token", &scopes, 1_775_062_800)
            .unwrap();
        assert_eq!(made, include_str!("../../tests/oauth/service_account.jwt").trim_end());
        assert_eq!(
            format!("{account:?}"),
            "ServiceAccount(robot@p.iam.gserviceaccount.com)"
        );
    }

    #[test]
    fn a_key_that_cannot_sign_is_refused_and_not_repeated() {
        let refused = |text: &str| Credential::from_json(text).unwrap_err().to_string();
        for key in [
            "CANARY",
            "-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ\n-----END PRIVATE KEY-----\n",
        ] {
            assert_eq!(
                refused(&file(key)),
                "OAuth credential: `private_key` is not an RSA key in PEM"
            );
        }
        assert_eq!(
            refused(r#"{"type": "service_account", "private_key": "CANARY"}"#),
            "OAuth credential: has no `client_email`"
        );
        let said = refused(&file(KEY));
        assert!(
            said.contains("has no `scope`") && said.contains("auth/datamanager"),
            "{said}"
        );
    }
}
