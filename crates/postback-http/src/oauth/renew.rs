//! Renews the token of one credential, one renewal at a time.

use super::answer::{self, Fault, Granted};
use super::credential::{Credential, Grant};
use super::file;
use super::request::{request, unix_now};
use super::state::{Begin, State, Told};
use postback::Secret;
use postback::port::Renewing;
use postback::port::http::HttpClient;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

/// How long a caller waits for a renewal that is under way. `postback-service` gives a secret five
/// seconds; the renewal goes on after that, and the next caller has its token.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a disk may take for the credential's file.
const DISK: Duration = Duration::from_secs(10);

/// What a renewal came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Renewal {
    /// There is another access token.
    Renewed,
    /// There is none, and it is tried again soon.
    Failed,
    /// There is none until a person authorises again or mends the credential.
    Refused,
}

impl Renewal {
    /// Returns it as a word: `renewed`, `failed` or `refused`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

type Observe = dyn Fn(&str, Renewal) + Send + Sync;

/// Who is told of each renewal, with the name of its credential.
#[derive(Clone)]
pub(super) struct Observer(pub(super) Arc<Observe>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// The credential that is used.
#[derive(Debug, Clone)]
struct Own {
    credential: Credential,
    /// What its file held when it was last read or written.
    in_file: Credential,
}

impl Own {
    /// Whether the file lacks a refresh token that the endpoint has given.
    fn is_unkept(&self) -> bool {
        !self.credential.says_the_same_as(&self.in_file)
    }
}

/// The access token of one credential.
#[derive(Debug)]
pub(super) struct Renewer {
    name: String,
    http: Arc<dyn HttpClient>,
    observer: Option<Observer>,
    state: Mutex<State>,
    /// Only the renewal that is under way changes it.
    own: Mutex<Own>,
    ended: watch::Sender<()>,
}

impl Renewer {
    pub(super) fn new(
        name: String,
        credential: Credential,
        http: Arc<dyn HttpClient>,
        observer: Option<Observer>,
    ) -> Self {
        let in_file = credential.clone();
        Self {
            name,
            http,
            observer,
            state: Mutex::default(),
            own: Mutex::new(Own { credential, in_file }),
            ended: watch::channel(()).0,
        }
    }

    /// The access token, or why there is none.
    pub(super) async fn token(self: &Arc<Self>) -> Result<Secret, String> {
        let (told, mut ended) = self.ask();
        let told = match told {
            Told::Wait => {
                // Whether it ended in time shows in the state.
                let _ = timeout(PATIENCE, ended.changed()).await;
                self.state().have(Instant::now())
            }
            told => told,
        };
        match told {
            Told::Token(token) => Ok(token),
            Told::Missing(why) => Err(why),
            Told::Wait => Err("the token endpoint has not answered yet".into()),
        }
    }

    fn ask(self: &Arc<Self>) -> (Told, watch::Receiver<()>) {
        let mut state = self.state();
        let (begin, told) = state.ask(Instant::now());
        // What ends a renewal takes the lock first, so that its end is not missed.
        let ended = self.ended.subscribe();
        drop(state);
        self.begin(begin);
        (told, ended)
    }

    /// A receiver refused this token. Returns whether another one is there or is asked for.
    pub(super) fn refused(self: &Arc<Self>, token: &Secret) -> bool {
        let (begin, is_renewed) = self.state().refused(token, Instant::now());
        if begin != Begin::Nothing {
            let credential = self.name.as_str();
            tracing::warn!(
                credential,
                "a receiver refused an OAuth token (401), which is renewed at once"
            );
        }
        self.begin(begin);
        is_renewed
    }

    /// What is known of the token, for people.
    pub(super) fn renewing(&self) -> Renewing {
        self.state().renewing(Instant::now())
    }

    /// It goes on if nobody waits: a refresh token that came must be kept.
    fn begin(self: &Arc<Self>, begin: Begin) {
        if begin == Begin::Nothing {
            return;
        }
        let mut under_way = UnderWay {
            renewer: Arc::clone(self),
            has_ended: false,
        };
        tokio::spawn(async move {
            under_way.renewer.renew(begin).await;
            under_way.end();
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn own(&self) -> Own {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, own: Own) {
        *self.own.lock().unwrap_or_else(PoisonError::into_inner) = own;
    }

    async fn renew(&self, begin: Begin) {
        let is_changed = self.read_again().await;
        if begin == Begin::Look && !is_changed {
            self.state().unchanged(Instant::now());
            self.ended.send_replace(());
            return;
        }
        let result = self.exchange().await;
        let now = Instant::now();
        let outcome = match result {
            Ok(granted) => {
                let failures = self.state().granted(granted.token, granted.life, now);
                let (credential, life) = (self.name.as_str(), granted.life.as_secs());
                if failures > 0 {
                    tracing::info!(credential, life, failures, "an OAuth token was renewed after failures");
                } else {
                    tracing::debug!(credential, life, "an OAuth token was renewed");
                }
                Renewal::Renewed
            }
            Err(fault) => self.failed(fault, now),
        };
        self.ended.send_replace(());
        if let Some(Observer(observe)) = &self.observer {
            observe(&self.name, outcome);
        }
    }

    fn failed(&self, fault: Fault, now: Instant) -> Renewal {
        let credential = self.name.as_str();
        let outcome = match &fault {
            Fault::Passing(problem) => {
                tracing::warn!(credential, problem, "an OAuth token was not renewed; it is tried again");
                Renewal::Failed
            }
            Fault::Refused(problem) => {
                let own = self.own();
                let file = own.credential.path.as_deref().map(Path::display);
                let file = file.as_ref().map(tracing::field::display);
                tracing::error!(
                    credential,
                    problem,
                    file,
                    "an OAuth credential was refused: authorise again and replace its file, which is noticed by itself"
                );
                Renewal::Refused
            }
        };
        self.state().failed(fault, now);
        outcome
    }

    /// Reads the credential's file again, and uses what it holds if that has changed. Returns
    /// whether it has.
    async fn read_again(&self) -> bool {
        let mut own = self.own();
        let Some(path) = own.credential.path.clone() else {
            return false;
        };
        // What was read at the start goes on being used if the file is gone or broken.
        let Ok(Ok(read)) = on_disk(move || Credential::read(path)).await else {
            return false;
        };
        if read.says_the_same_as(&own.in_file) {
            return false;
        }
        own = Own {
            credential: read.clone(),
            in_file: read,
        };
        self.set(own);
        tracing::info!(
            credential = self.name,
            "the file of an OAuth credential has changed, and is used"
        );
        true
    }

    /// Gives the refresh token for an access token.
    async fn exchange(&self) -> Result<Granted, Fault> {
        if self.own().is_unkept() {
            self.keep().await;
        }
        let mut own = self.own();
        let request = request(&own.credential, unix_now()).map_err(Fault::Passing)?;
        let answer = self.http.send(request).await;
        let answer = answer.map_err(|error| Fault::Passing(format!("the token endpoint was not reached: {error}")))?;
        let mut granted = answer::read(&answer)?;
        if let Some(rotated) = granted.refresh_token.take()
            && let Grant::User(user) = &mut own.credential.grant
            && !user.refresh_token.matches(rotated.expose())
        {
            user.refresh_token = rotated;
            self.set(own.clone());
            self.keep().await;
        }
        let scope = granted.scope.as_deref();
        match scope.and_then(|scope| own.credential.scope_missing_in(scope)) {
            Some(missing) => Err(Fault::Refused(format!("the token lacks the scope `{missing}`"))),
            None => Ok(granted),
        }
    }

    /// Writes the refresh token to the credential's file.
    async fn keep(&self) {
        let mut own = self.own();
        let Some(token) = own.credential.refresh_token().cloned() else {
            return;
        };
        let kept = match own.credential.path.clone() {
            None => Err("it has no file".to_owned()),
            Some(path) => {
                let known = own.in_file.clone();
                let kept = on_disk(move || file::keep(&path, &known, &token)).await;
                kept.unwrap_or_else(|late| Err(late.into()))
            }
        };
        match kept {
            Ok(()) => {
                own.in_file = own.credential.clone();
                self.set(own);
            }
            Err(problem) => tracing::error!(
                credential = self.name,
                problem,
                "the new refresh token of an OAuth credential is kept in memory alone, and lost when the process ends: \
                 its file must be one that can be written"
            ),
        }
    }
}

/// A renewal that is under way. One that is cut off, or panics, has failed.
struct UnderWay {
    renewer: Arc<Renewer>,
    has_ended: bool,
}

impl UnderWay {
    fn end(&mut self) {
        self.has_ended = true;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let cut_off = Fault::Passing("the renewal was cut off".into());
        self.renewer.state().failed(cut_off, Instant::now());
        self.renewer.ended.send_replace(());
    }
}

/// Does what waits for a disk, within a time.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, &'static str> {
    let done = timeout(DISK, spawn_blocking(work)).await;
    done.map_err(|_| "the disk did not answer in time")?
        .map_err(|_| "the work was cut off")
}
