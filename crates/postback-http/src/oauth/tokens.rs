//! The secrets of a host, with access tokens among them.

use super::credential::Credential;
use super::renew::{Observer, Renewal, Renewer};
use postback::Secret;
use postback::port::http::HttpClient;
use postback::port::{BoxFuture, Renewing, SecretError, Secrets};
use postback::value::{SecretPlace, SecretReference};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Secrets of which some are access tokens that renew themselves: `host:NAME` is the current access
/// token of the credential `NAME`. All other references are resolved by the secrets inside.
///
/// - A token is asked for when somebody needs it, and again a minute before it expires. One request
///   at a time is made for each credential; whoever needs the token meanwhile waits for it, at most
///   four seconds.
/// - If it cannot be renewed, the old token is served until it expires or a receiver refuses it.
///   Then the secret is missing for all accounts that use the credential, so that the deliveries
///   that need it are held. The endpoint is asked again after one second, two, and so on up to five
///   minutes; after a refusal (`invalid_grant`) after half an hour, or as soon as the credential's
///   file has changed.
/// - A token that a receiver refuses with 401 ([`Secrets::refused`]) is renewed at once. If the
///   token that took its place is refused as well, it is not renewed for that reason again.
/// - A refresh token that the endpoint exchanges is on the disk before the new access token is
///   served.
///
/// `Debug` and errors show the names of credentials and their clients' ids, and no secret. Clones
/// are not made: a host shares it behind an [`Arc`].
#[derive(Debug)]
pub struct Tokens {
    inner: Arc<dyn Secrets>,
    http: Arc<dyn HttpClient>,
    observer: Option<Observer>,
    asks: bool,
    renewers: BTreeMap<String, Arc<Renewer>>,
}

impl Tokens {
    /// Wraps secrets. `http` sends the requests to the token endpoints, whose addresses it vets as
    /// those of other destinations.
    #[must_use]
    pub fn new(inner: Arc<dyn Secrets>, http: Arc<dyn HttpClient>) -> Self {
        Self {
            inner,
            http,
            observer: None,
            asks: true,
            renewers: BTreeMap::new(),
        }
    }

    /// Sets who is told of each renewal with the name of its credential, for example to count it.
    /// It holds for the credentials that are added afterwards.
    #[must_use]
    pub fn with_observer(mut self, observe: impl Fn(&str, Renewal) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(observe)));
        self
    }

    /// Adds a credential, or replaces the one of that name. `host:NAME` is its access token.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, credential: Credential) -> Self {
        let name = name.into();
        let (http, observer) = (Arc::clone(&self.http), self.observer.clone());
        let renewer = Renewer::new(name.clone(), credential, http, observer);
        self.renewers.insert(name, Arc::new(renewer));
        self
    }

    /// Asks for no token at all, for a dry run: a renewal may use up a refresh token. The tokens
    /// are missing then.
    #[must_use]
    pub fn without_asking(mut self) -> Self {
        self.asks = false;
        self
    }

    /// The names of the credentials.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.renewers.keys().map(String::as_str)
    }

    /// The credential whose access token a reference is.
    fn renewer(&self, reference: &SecretReference) -> Option<&Arc<Renewer>> {
        match reference.place() {
            SecretPlace::Host(name) => self.renewers.get(name),
            _ => None,
        }
    }

    async fn find(&self, reference: &SecretReference) -> Result<Secret, SecretError> {
        let SecretPlace::Host(name) = reference.place() else {
            return self.inner.secret(reference).await;
        };
        let Some(renewer) = self.renewers.get(name) else {
            let found = self.inner.secret(reference).await;
            return match found {
                Err(_) if !self.renewers.is_empty() => {
                    let names: Vec<String> = self.names().map(|name| format!("`{name}`")).collect();
                    let problem = format!("is none of the OAuth credentials, which are {}", names.join(", "));
                    Err(SecretError::new(reference, problem))
                }
                found => found,
            };
        };
        if !self.asks {
            let problem = "is an access token, and none is asked for in a dry run";
            return Err(SecretError::new(reference, problem));
        }
        let token = renewer.token().await;
        token.map_err(|why| SecretError::new(reference, format!("has no valid access token: {why}")))
    }
}

impl Secrets for Tokens {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(self.find(reference))
    }

    fn renewing(&self, reference: &SecretReference) -> Option<Renewing> {
        match self.renewer(reference) {
            Some(renewer) => Some(renewer.renewing()),
            None => self.inner.renewing(reference),
        }
    }

    fn refused(&self, reference: &SecretReference, secret: &Secret) -> bool {
        match self.renewer(reference) {
            Some(renewer) => self.asks && renewer.refused(secret),
            None => self.inner.refused(reference, secret),
        }
    }
}
