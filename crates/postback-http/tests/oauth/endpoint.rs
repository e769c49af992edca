//! A token endpoint.

use bytes::Bytes;
use http::{Request, Response};
use postback::Secret;
use postback::port::http::{BoxFuture, HttpClient, HttpError};
use postback::port::{SecretError, Secrets};
use postback::value::SecretReference;
use postback_http::oauth::{Credential, Renewal, Tokens};
use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

/// What the endpoint answers, and after how long.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) after: Duration,
    pub(crate) answer: Result<(u16, String), HttpError>,
}

pub(crate) fn reply(status: u16, body: impl Into<String>) -> Reply {
    Reply {
        after: Duration::from_millis(100),
        answer: Ok((status, body.into())),
    }
}

/// A token for an hour.
pub(crate) fn token(text: &str) -> Reply {
    reply(
        200,
        format!(r#"{{"access_token": "{text}", "expires_in": 3600, "token_type": "Bearer"}}"#),
    )
}

/// Gives its answers in turn, the last one for ever, and remembers what it was sent.
pub(crate) struct Endpoint {
    replies: Mutex<VecDeque<Reply>>,
    sent: Mutex<Vec<String>>,
}

/// What it holds is secret by itself.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint")
    }
}

impl Endpoint {
    pub(crate) fn new<const N: usize>(replies: [Reply; N]) -> Arc<Self> {
        Arc::new(Self {
            replies: Mutex::new(replies.into()),
            sent: Mutex::default(),
        })
    }

    /// The bodies that it was sent.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }

    pub(crate) fn asked(&self) -> usize {
        self.sent().len()
    }
}

impl HttpClient for Endpoint {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>> {
        let body = String::from_utf8(request.into_body().to_vec()).unwrap();
        self.sent.lock().unwrap().push(body);
        let mut replies = self.replies.lock().unwrap();
        let next = match replies.len() {
            1 => replies.front().cloned(),
            _ => replies.pop_front(),
        };
        let Reply { after, answer } = next.unwrap();
        Box::pin(async move {
            sleep(after).await;
            let (status, body) = answer?;
            Ok(Response::builder().status(status).body(body.into()).unwrap())
        })
    }
}

/// Other secrets: `env:OTHER` alone.
#[derive(Debug)]
pub(crate) struct Others;

impl Secrets for Others {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(async move {
            match reference.to_string().as_str() {
                "env:OTHER" => Ok(Secret::from("other")),
                _ => Err(SecretError::new(reference, "is not set")),
            }
        })
    }
}

pub(crate) const CREDENTIAL: &str = r#"{"type": "authorized_user", "client_id": "id", "client_secret": "CANARY-CLIENT",
    "refresh_token": "CANARY-REFRESH", "quota_project_id": "kept"}"#;

/// A folder with a credential's file.
pub(crate) struct Kept {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) path: PathBuf,
}

impl Kept {
    pub(crate) fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("google.json");
        std::fs::write(&path, text).unwrap();
        Self { folder, path }
    }
}

/// What the observer was told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed(Arc<Mutex<Vec<String>>>);

impl Observed {
    pub(crate) fn told(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn watch(&self) -> impl Fn(&str, Renewal) + Send + Sync + 'static {
        let told = self.0.clone();
        move |name, renewal| told.lock().unwrap().push(format!("{name} {}", renewal.as_str()))
    }
}

/// The tokens of `host:google`, whose credential has no file.
pub(crate) fn tokens(endpoint: &Arc<Endpoint>) -> Arc<Tokens> {
    let credential = Credential::from_json(CREDENTIAL).unwrap();
    Arc::new(Tokens::new(Arc::new(Others), endpoint.clone()).with("google", credential))
}

pub(crate) fn tokens_of(path: &Path, endpoint: &Arc<Endpoint>) -> Arc<Tokens> {
    let credential = Credential::read(path).unwrap();
    Arc::new(Tokens::new(Arc::new(Others), endpoint.clone()).with("google", credential))
}

/// The secret behind a reference as text, or the error's.
pub(crate) async fn ask_for(tokens: &Tokens, reference: &str) -> String {
    let found = tokens.secret(&reference.parse().unwrap()).await;
    match found {
        Ok(secret) => secret.expose_str().unwrap().to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The secret `host:google`.
pub(crate) async fn ask(tokens: &Tokens) -> String {
    ask_for(tokens, "host:google").await
}

pub(crate) async fn seconds(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}
