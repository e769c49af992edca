//! The request to a token endpoint.

use super::credential::{Credential, Grant, User};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use postback::Secret;
use std::time::{SystemTime, UNIX_EPOCH};
use url::form_urlencoded;

type Form<'a> = form_urlencoded::Serializer<'a, String>;

/// How the grant by an assertion is called (RFC 7523, section 2.1).
const BY_ASSERTION: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The request for an access token at a time, in Unix seconds.
///
/// # Errors
/// A key that does not sign, or an endpoint that is no URL.
pub(super) fn request(credential: &Credential, now: u64) -> Result<http::Request<Bytes>, String> {
    let mut form = Form::new(String::new());
    match &credential.grant {
        Grant::User(user) => refresh(user, &credential.scopes, &mut form),
        Grant::Service(account) => {
            let assertion = account.assertion(&credential.token_uri, &credential.scopes, now)?;
            form.append_pair("grant_type", BY_ASSERTION);
            form.append_pair("assertion", &assertion);
        }
    }
    http::Request::post(&credential.token_uri)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .body(form.finish().into())
        .map_err(|_| "the `token_uri` of the credential cannot be asked".into())
}

/// The time of the system's clock, in Unix seconds: an assertion says when it was made.
pub(super) fn unix_now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// By a refresh token (RFC 6749, section 6). The client's secret stands in the body, as Google and
/// Microsoft document it.
fn refresh(user: &User, scopes: &[String], form: &mut Form<'_>) {
    let text = |secret: &Secret| secret.expose_str().map(str::to_owned);
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("client_id", &user.client_id);
    if let Some(secret) = user.client_secret.as_ref().and_then(text) {
        form.append_pair("client_secret", &secret);
    }
    let token = text(&user.refresh_token).unwrap_or_default();
    form.append_pair("refresh_token", &token);
    if !scopes.is_empty() {
        form.append_pair("scope", &scopes.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> String {
        let request = request(&Credential::from_json(text).unwrap(), 1_775_062_800).unwrap();
        assert_eq!(request.method(), "POST");
        String::from_utf8(request.into_body().to_vec()).unwrap()
    }

    #[test]
    fn the_request_is_that_of_the_standard() {
        // RFC 6749, section 6; the client's secret in the body: section 2.3.1.
        assert_eq!(
            body(
                r#"{"client_id": "s6BhdRkqt3", "client_secret": "7Fjfp0ZBr1KtDRbnfVdmIw", "refresh_token": "tGzv3JOkF0XG5Qx2TlKWIA"}"#
            ),
            "grant_type=refresh_token&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw\
             &refresh_token=tGzv3JOkF0XG5Qx2TlKWIA"
        );
        assert_eq!(
            body(r#"{"client_id": "a", "refresh_token": "1//b+&=", "scope": "https://x.example/y offline_access"}"#),
            "grant_type=refresh_token&client_id=a&refresh_token=1%2F%2Fb%2B%26%3D\
             &scope=https%3A%2F%2Fx.example%2Fy+offline_access"
        );
    }
    #[test]
    fn a_service_account_gives_an_assertion() {
        let key = serde_json::to_string(include_str!("../../tests/oauth/rfc7515.pem")).unwrap();
        let made = body(&format!(
            r#"{{"type": "service_account", "private_key_id": "k1", "private_key": {key},
                "client_email": "robot@p.iam.gserviceaccount.com", "scopes": ["https://www.googleapis.com/auth/datamanager"]}}"#
        ));
        let assertion = include_str!("../../tests/oauth/service_account.jwt").trim_end();
        assert_eq!(
            made,
            format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}")
        );
    }
}
