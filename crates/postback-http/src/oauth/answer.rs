//! What a token endpoint answers (RFC 6749, sections 5.1 and 5.2). Nothing of an answer is ever
//! printed but the error words that are listed here.

use bytes::Bytes;
use postback::Secret;
use serde::Deserialize;
use std::time::Duration;

/// How long a token is taken for valid if the answer does not say it. Google and Microsoft do.
const UNSAID: Duration = Duration::from_secs(5 * 60);
/// The longest life of a token that is believed. A longer one is asked for anew after this time.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest token that is taken, in bytes. Microsoft's have up to about 2 KB (our guess), and a
/// header has room for 8 KB at most servers.
const MAX_TOKEN: usize = 8 * 1024;

/// Errors that a person must mend, with what that is. The first six stand in RFC 6749, section 5.2;
/// the others are words of Google and Microsoft (medium confidence: seen in their documentation
/// and in reports, not in a complete list).
const REFUSALS: [(&str, &str); 11] = [
    (
        "invalid_grant",
        "the refresh token (or the service account's key) is expired or was revoked",
    ),
    ("invalid_client", "the client or its secret is wrong"),
    ("unauthorized_client", "the client may not use refresh tokens"),
    (
        "invalid_scope",
        "the user has not granted a scope that the credential names",
    ),
    ("unsupported_grant_type", "the endpoint takes no refresh tokens"),
    ("invalid_request", "the endpoint wants another request"),
    ("deleted_client", "the client was deleted"),
    ("disabled_client", "the client is disabled"),
    ("admin_policy_enforced", "an administrator forbids it"),
    ("interaction_required", "the user must sign in again"),
    ("consent_required", "the user must consent again"),
];

/// An access token, as it was granted.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) token: Secret,
    pub(super) life: Duration,
    /// Another refresh token, for the next time.
    pub(super) refresh_token: Option<Secret>,
    /// What the token may do, if the answer says so.
    pub(super) scope: Option<String>,
}

/// Why there is no token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It may pass by itself.
    Passing(String),
    /// A person must do something about it.
    Refused(String),
}

#[derive(Deserialize)]
struct Success {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Seconds>,
    refresh_token: Option<String>,
    scope: Option<String>,
}

/// Some endpoints write the number as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

#[derive(Deserialize)]
struct Failure {
    error: String,
}

/// Reads the answer to a request for a token.
pub(super) fn read(answer: &http::Response<Bytes>) -> Result<Granted, Fault> {
    let status = answer.status();
    if status.is_success() {
        return granted(answer.body());
    }
    let error = serde_json::from_slice::<Failure>(answer.body()).ok();
    let known = error.and_then(|found| REFUSALS.iter().find(|(word, _)| *word == found.error));
    match known {
        Some((word, meaning)) if status.is_client_error() => Err(Fault::Refused(format!(
            "the token endpoint answered {} `{word}`: {meaning}",
            status.as_u16()
        ))),
        _ => Err(Fault::Passing(format!(
            "the token endpoint answered {}",
            status.as_u16()
        ))),
    }
}

fn granted(body: &[u8]) -> Result<Granted, Fault> {
    let passing = |problem: &str| Fault::Passing(format!("the token endpoint answered {problem}"));
    let answer: Success =
        serde_json::from_slice(body).map_err(|_| passing("200 with something that holds no token in JSON"))?;
    if answer
        .token_type
        .is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer"))
    {
        return Err(passing("with a token that is no bearer token"));
    }
    // It stands in a header.
    let is_fit = (1..=MAX_TOKEN).contains(&answer.access_token.len());
    if !is_fit || !answer.access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(passing("with a token that cannot stand in a header"));
    }
    let life = match answer.expires_in {
        None => Some(UNSAID),
        Some(Seconds::Number(seconds)) => Some(Duration::from_secs(seconds)),
        Some(Seconds::Text(text)) => text.parse().ok().map(Duration::from_secs),
    };
    let life = life
        .filter(|life| !life.is_zero())
        .ok_or_else(|| passing("with a token that has expired"))?;
    Ok(Granted {
        token: answer.access_token.into(),
        life: life.min(LONGEST),
        refresh_token: answer.refresh_token.filter(|token| !token.is_empty()).map(Secret::from),
        scope: answer.scope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Result<Granted, Fault> {
        let mut answer = http::Response::new(Bytes::copy_from_slice(body.as_bytes()));
        *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
        read(&answer)
    }

    fn passing(text: &str) -> Fault {
        Fault::Passing(format!("the token endpoint answered {text}"))
    }

    #[test]
    fn a_token_is_granted_for_its_life() {
        for (written, life) in [
            (r#", "expires_in": 3599"#, 3599),
            (r#", "expires_in": "3599""#, 3599),
            ("", 300),
            (r#", "expires_in": 999999999"#, 86_400),
        ] {
            let granted = answered(
                200,
                &format!(r#"{{"access_token": "ya29.a", "token_type": "Bearer"{written}, "id_token": "x"}}"#),
            )
            .unwrap();
            assert_eq!(granted.token.expose(), b"ya29.a");
            assert_eq!(granted.life, Duration::from_secs(life), "{written}");
            assert!(granted.refresh_token.is_none() && granted.scope.is_none());
        }
    }

    #[test]
    fn an_answer_without_a_usable_token_may_pass() {
        for (body, text) in [
            ("<html>CANARY", "200 with something that holds no token in JSON"),
            (
                r#"{"error": "CANARY"}"#,
                "200 with something that holds no token in JSON",
            ),
            (
                r#"{"access_token": "CANARY", "token_type": "mac"}"#,
                "with a token that is no bearer token",
            ),
            (
                r#"{"access_token": "CANARY\n"}"#,
                "with a token that cannot stand in a header",
            ),
            (r#"{"access_token": ""}"#, "with a token that cannot stand in a header"),
            (
                r#"{"access_token": "CANARY", "expires_in": 0}"#,
                "with a token that has expired",
            ),
            (
                r#"{"access_token": "CANARY", "expires_in": "x"}"#,
                "with a token that has expired",
            ),
        ] {
            assert_eq!(answered(200, body).unwrap_err(), passing(text), "{body}");
        }
    }

    #[test]
    fn a_refusal_is_told_apart_from_what_may_pass() {
        let body = r#"{"error": "invalid_grant", "error_description": "CANARY"}"#;
        assert_eq!(
            answered(400, body).unwrap_err(),
            Fault::Refused(
                "the token endpoint answered 400 `invalid_grant`: the refresh token (or the service account's key) is expired or was revoked"
                    .into()
            )
        );
        // What went wrong there says nothing about the token.
        assert_eq!(answered(503, body).unwrap_err(), passing("503"));
        for (status, body) in [
            (500, "<html>CANARY"),
            (400, r#"{"error": "CANARY"}"#),
            (302, ""),
            (429, "{}"),
            (400, r#"{"error": {"message": "CANARY"}}"#),
        ] {
            assert_eq!(answered(status, body).unwrap_err(), passing(&status.to_string()));
        }
    }

    #[test]
    fn a_token_that_is_too_long_for_a_header_is_refused() {
        for (length, taken) in [(MAX_TOKEN - 1, true), (MAX_TOKEN, true), (MAX_TOKEN + 1, false)] {
            let body = format!(r#"{{"access_token": "{}"}}"#, "a".repeat(length));
            assert_eq!(answered(200, &body).is_ok(), taken, "{length}");
        }
    }
}
