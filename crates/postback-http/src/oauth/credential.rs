//! A credential: what is given to a token endpoint for an access token.

use super::file;
use super::service_account::ServiceAccount;
use postback::Secret;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;
use url::{Host, Url};

/// Google's token endpoint, which is asked if a credential names none.
pub const GOOGLE_TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// Scopes that ask for something beside an access token, such as a refresh token. Whether an answer
/// lists them says nothing about the access token.
const NOT_OF_THE_TOKEN: [&str; 4] = ["offline_access", "openid", "profile", "email"];

/// The members of a credential's file, each as it is written.
pub(super) type Members = BTreeMap<String, Box<RawValue>>;

/// What is given for an access token: a user's refresh token, or an assertion that a service
/// account signs. It is a JSON file in one of the forms of Google's libraries. A user's is called
/// `authorized_user`, with the client to which the refresh token was given:
///
/// ```json
/// {"type": "authorized_user", "client_id": "..", "client_secret": "..", "refresh_token": ".."}
/// ```
///
/// - `token_uri` is the token endpoint; [`GOOGLE_TOKEN_URI`] if it is not there.
/// - `scope` (or `scopes`: a text or a list) is what the access token must be allowed to do. It is
///   sent, and an answer that names other scopes is refused.
/// - `client_secret` may be left out: Microsoft gives none to a client that is a program on a
///   user's machine.
/// - Other members are left as they are.
///
/// The key of a service account is the file that the Google Cloud console gives, with a `scope`
/// added, since Google grants none that is not asked for:
///
/// ```json
/// {"type": "service_account", "client_email": "..", "private_key": "-----BEGIN ..", "scope": ".."}
/// ```
///
/// `Debug` shows no secret, refresh token or key.
#[derive(Debug, Clone)]
pub struct Credential {
    pub(super) grant: Grant,
    pub(super) token_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) path: Option<PathBuf>,
}

/// What stands for the token's owner.
#[derive(Debug, Clone)]
pub(super) enum Grant {
    User(User),
    Service(ServiceAccount),
}

#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) client_id: String,
    pub(super) client_secret: Option<Secret>,
    pub(super) refresh_token: Secret,
}

/// The error for a credential that cannot be used. It names the file and the member, and never
/// repeats a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{problem}", Place(.path.as_deref()))]
pub struct CredentialError {
    path: Option<PathBuf>,
    problem: String,
}

struct Place<'a>(Option<&'a Path>);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(path) => write!(f, "OAuth credential `{}`: ", path.display()),
            None => f.write_str("OAuth credential: "),
        }
    }
}

impl Credential {
    /// Reads a credential's file. A refresh token that the token endpoint exchanges for another one
    /// is written back to it. A file that a person replaces later is read again before the next
    /// renewal.
    ///
    /// # Errors
    /// - a file that cannot be read, is no regular file, or is over 64 KiB long
    /// - what [`Credential::from_json`] rejects
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, CredentialError> {
        let path = path.into();
        match file::read(&path).and_then(|text| parse(&text)) {
            Ok(credential) => Ok(Self {
                path: Some(path),
                ..credential
            }),
            Err(problem) => Err(CredentialError {
                path: Some(path),
                problem,
            }),
        }
    }

    /// Reads a credential from a text. A refresh token that is exchanged for another one is then
    /// kept in memory alone.
    ///
    /// # Errors
    /// - a text that is not a JSON object
    /// - a `type` other than `authorized_user` and `service_account`, or the file of a client,
    ///   which has no refresh token
    /// - a `client_id` or `refresh_token` that is missing, empty, or no text; of a service account
    ///   a `client_email`, a `private_key` that is an RSA key in PEM, or a scope
    /// - a `client_secret` that is no text
    /// - a `token_uri` that is neither an `https` URL nor an `http` URL of this machine, or holds a
    ///   user name or a fragment
    /// - a `scope` or `scopes` that is neither a text nor a list of texts
    pub fn from_json(text: &str) -> Result<Self, CredentialError> {
        parse(text).map_err(|problem| CredentialError { path: None, problem })
    }

    /// Whether the other one asks in the same words.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        let is_same = match (&self.grant, &other.grant) {
            (Grant::User(own), Grant::User(other)) => own.says_the_same_as(other),
            (Grant::Service(own), Grant::Service(other)) => own.says_the_same_as(other),
            _ => false,
        };
        is_same && (&self.token_uri, &self.scopes) == (&other.token_uri, &other.scopes)
    }

    /// The refresh token, if it is a user's credential.
    pub(super) fn refresh_token(&self) -> Option<&Secret> {
        match &self.grant {
            Grant::User(user) => Some(&user.refresh_token),
            Grant::Service(_) => None,
        }
    }

    /// The first scope that the token must have and `granted`, the scopes of an answer, does not
    /// list.
    pub(super) fn scope_missing_in(&self, granted: &str) -> Option<&str> {
        let is_granted = |wanted: &str| {
            granted
                .split_whitespace()
                .any(|scope| scope.eq_ignore_ascii_case(wanted))
        };
        let wanted = self.scopes.iter().map(String::as_str);
        wanted
            .filter(|scope| !NOT_OF_THE_TOKEN.contains(scope))
            .find(|scope| !is_granted(scope))
    }
}

impl User {
    fn read(members: &Members) -> Result<Self, String> {
        let needed = |name| text(members, name)?.ok_or_else(|| format!("has no `{name}`"));
        Ok(Self {
            client_id: needed("client_id")?,
            client_secret: text(members, "client_secret")?.map(Secret::from),
            refresh_token: needed("refresh_token")?.into(),
        })
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        let secret = match (&self.client_secret, &other.client_secret) {
            (Some(one), Some(other)) => one.matches(other.expose()),
            (None, None) => true,
            _ => false,
        };
        secret && self.refresh_token.matches(other.refresh_token.expose()) && self.client_id == other.client_id
    }
}

/// Reads the members of a credential's text.
///
/// # Errors
/// A text that is not a JSON object.
pub(super) fn members(text: &str) -> Result<Members, String> {
    serde_json::from_str(text).map_err(|error| {
        // The error's own text may quote what it stumbled over.
        match error.classify() {
            serde_json::error::Category::Data => "is not a JSON object".into(),
            _ => format!("is not JSON: line {}, column {}", error.line(), error.column()),
        }
    })
}

fn parse(text: &str) -> Result<Credential, String> {
    let members = members(text)?;
    let scopes = scopes(&members)?;
    if members.contains_key("installed") || members.contains_key("web") {
        return Err(
            "is the file of an OAuth client, which has no refresh token; authorise a user with it, and name the \
                    `authorized_user` file that comes of it"
                .into(),
        );
    }
    let grant = match self::text(&members, "type")?.as_deref() {
        None | Some("authorized_user") => Grant::User(User::read(&members)?),
        Some("service_account") => {
            let account = ServiceAccount::read(&members)?;
            if scopes.is_empty() {
                return Err(
                    "has no `scope`, and a service account gets none that it does not ask for; add it, as in \
                     `\"scope\": \"https://www.googleapis.com/auth/datamanager\"`"
                        .into(),
                );
            }
            Grant::Service(account)
        }
        Some(_) => return Err("`type` is neither `authorized_user` nor `service_account`".into()),
    };
    Ok(Credential {
        grant,
        token_uri: match self::text(&members, "token_uri")? {
            Some(url) => endpoint(&url)?,
            None => GOOGLE_TOKEN_URI.to_owned(),
        },
        scopes,
        path: None,
    })
}

/// A member that is a text; none if it is not there, null or empty.
pub(super) fn text(members: &Members, name: &str) -> Result<Option<String>, String> {
    let Some(written) = members.get(name) else {
        return Ok(None);
    };
    let read: Option<String> = serde_json::from_str(written.get()).map_err(|_| format!("`{name}` is not a text"))?;
    Ok(read.filter(|text| !text.is_empty()))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scopes {
    Text(String),
    List(Vec<String>),
    None(()),
}

fn scopes(members: &Members) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for name in ["scope", "scopes"] {
        let Some(written) = members.get(name) else { continue };
        let read = serde_json::from_str(written.get());
        match read.map_err(|_| format!("`{name}` is neither a text nor a list of texts"))? {
            Scopes::Text(text) => found.extend(text.split_whitespace().map(str::to_owned)),
            Scopes::List(list) => found.extend(list),
            Scopes::None(()) => {}
        }
    }
    Ok(found)
}

/// A token endpoint. The client's secret and the refresh token are sent to it, so that only this
/// machine may be asked without TLS, for tests.
fn endpoint(text: &str) -> Result<String, String> {
    let wrong = || String::from("`token_uri` is not an `https` URL without user name and fragment");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (is_safe && is_plain).then(|| url.into()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = r#""client_id": "id", "client_secret": "CANARYSECRET""#;

    fn refused(text: &str) -> String {
        Credential::from_json(text).unwrap_err().to_string()
    }

    #[test]
    fn a_file_as_google_writes_it_is_read() {
        let text = format!(
            r#"{{"account": "", {CLIENT}, "refresh_token": "CANARYTOKEN", "type": "authorized_user", "universe_domain": "googleapis.com"}}"#
        );
        let credential = Credential::from_json(&text).unwrap();
        let Grant::User(user) = &credential.grant else {
            panic!("{credential:?}")
        };
        assert_eq!(user.client_id, "id");
        assert_eq!(user.client_secret.as_ref().unwrap().expose(), b"CANARYSECRET");
        assert_eq!(user.refresh_token.expose(), b"CANARYTOKEN");
        assert_eq!(credential.token_uri, GOOGLE_TOKEN_URI);
        assert!(!format!("{credential:?}").contains("CANARY"), "{credential:?}");
    }

    #[test]
    fn scopes_are_a_text_or_a_list() {
        for written in [r#""scope": "a b""#, r#""scopes": "a b""#, r#""scopes": ["a", "b"]"#] {
            let text = format!(r#"{{{CLIENT}, "refresh_token": "r", {written}}}"#);
            assert_eq!(Credential::from_json(&text).unwrap().scopes, ["a", "b"], "{written}");
        }
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_is_repeated() {
        for (text, problem) in [
            ("CANARY", "is not JSON: line 1, column 1"),
            (r#"["CANARY"]"#, "is not a JSON object"),
            (r#"{"client_id": "CANARY"}"#, "has no `refresh_token`"),
            (r#"{"client_id": "", "refresh_token": "CANARY"}"#, "has no `client_id`"),
            (
                r#"{"client_id": "a", "refresh_token": 7}"#,
                "`refresh_token` is not a text",
            ),
            (
                r#"{"type": "CANARY"}"#,
                "`type` is neither `authorized_user` nor `service_account`",
            ),
            (
                r#"{"client_id": "a", "refresh_token": "b", "scope": 1}"#,
                "`scope` is neither a text nor a list of texts",
            ),
        ] {
            assert_eq!(refused(text), format!("OAuth credential: {problem}"));
        }
    }

    #[test]
    fn the_file_of_a_client_is_refused_with_what_to_do() {
        let said = refused(r#"{"installed": {"client_id": "CANARY"}}"#);
        assert!(said.contains("which has no refresh token"), "{said}");
        assert!(!said.contains("CANARY"), "{said}");
    }

    #[test]
    fn a_token_endpoint_is_asked_over_tls() {
        let with = |url: &str| {
            let text = format!(r#"{{{CLIENT}, "refresh_token": "r", "token_uri": "{url}"}}"#);
            Credential::from_json(&text).map(|credential| credential.token_uri)
        };
        for url in [
            "https://login.microsoftonline.com/common/oauth2/v2.0/token",
            "http://127.0.0.1:8080/token",
            "http://[::1]/token",
            "http://localhost/token",
        ] {
            assert_eq!(with(url).unwrap(), url);
        }
        for url in [
            "http://example.com/",
            "https://CANARY@example.com/",
            "https://a.example/#CANARY",
            "CANARY",
            "file:///CANARY",
        ] {
            let said = with(url).unwrap_err().to_string();
            assert!(
                said.contains("`token_uri` is not") && !said.contains("CANARY"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_scope_that_was_not_granted_is_found() {
        let text = format!(
            r#"{{{CLIENT}, "refresh_token": "r", "scope": "https://ads.microsoft.com/msads.manage offline_access"}}"#
        );
        let credential = Credential::from_json(&text).unwrap();
        assert_eq!(
            credential.scope_missing_in("https://ads.microsoft.com/MSADS.manage"),
            None
        );
        for granted in ["", "https://ads.microsoft.com/msads.manage.all", "offline_access"] {
            assert_eq!(
                credential.scope_missing_in(granted),
                Some("https://ads.microsoft.com/msads.manage"),
                "{granted}"
            );
        }
    }
}
