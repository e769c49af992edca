//! The server that all stand-ins have in common.

use super::http::{Request, Response};
use super::trouble::Trouble;
use super::{google, google_ads, meta, microsoft, microsoft_offline, pinterest, reddit, snapchat, tiktok};
use postback::Timestamp;
use postback::port::Clock;
use serde_json::Value;
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    io::BufReader,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

/// The platform for which a stand-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Meta's Conversions API; the account is a pixel.
    Meta,
    /// TikTok's Events API 2.0; the account is a pixel code.
    TikTok,
    /// Google's Data Manager API; the account is the ten digits of an advertiser.
    Google,
    /// Google's Ads API; the account is the ten digits of an advertiser.
    GoogleAds,
    /// Microsoft's UET Conversions API; the account is a tag.
    Microsoft,
    /// Microsoft's offline conversions; the account is the number of an advertiser's account.
    MicrosoftOffline,
    /// Snapchat's Conversions API; the account is a pixel.
    Snapchat,
    /// Reddit's Conversions API; the account is a pixel.
    Reddit,
    /// Pinterest's API for Conversions; the account is an ad account.
    Pinterest,
}

/// The developer token that the stand-ins of the Ads API and of offline conversions take.
pub const DEVELOPER_TOKEN: &str = "CANARY-developer-token";
/// The number of the customer who has the account of offline conversions.
pub const CUSTOMER: &str = "2345678";

/// An event that was accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Its id, by which the platform knows it.
    pub id: String,
    /// The event as it came.
    pub event: Value,
    /// How many requests had come before, this one included: `1` is the first one.
    pub request: usize,
}

/// A request that came, whatever became of it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The method.
    pub method: String,
    /// The path and the query.
    pub target: String,
    /// The body; empty where there was none.
    pub body: String,
    /// The status of the answer.
    pub status: u16,
    /// When it came, by the clock of the stand-in.
    pub at: Timestamp,
}

/// What a stand-in knows.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) account: String,
    /// The token that is taken; none since it has expired.
    pub(super) token: Option<String>,
    /// Events that are refused, and the code with which they are.
    pub(super) refused: BTreeMap<String, String>,
    /// Events that Google finds wrong after it has accepted them, and the reasons.
    pub(super) fails_later: BTreeMap<String, String>,
    /// For how many checks Google says that it is still at work.
    pub(super) processing: u32,
    /// The events of each receipt, and how often it was asked for.
    pub(super) receipts: BTreeMap<String, (Vec<String>, u32)>,
    pub(super) accepted: Vec<Accepted>,
    /// The adjustments of them that were accepted.
    pub(super) adjusted: Vec<Accepted>,
    troubles: VecDeque<Trouble>,
    requests: Vec<Told>,
}

impl State {
    /// Takes events under their ids.
    pub(super) fn accept<'v>(&mut self, events: impl IntoIterator<Item = &'v Value>, id: &str) {
        for event in events {
            self.accept_as(event, event[id].as_str().unwrap_or_default());
        }
    }

    /// Takes an event under an id.
    pub(super) fn accept_as(&mut self, event: &Value, id: &str) {
        let accepted = self.taken(event, id);
        self.accepted.push(accepted);
    }

    /// Takes an adjustment under the id of its conversion.
    pub(super) fn adjust(&mut self, event: &Value, id: &str) {
        let adjusted = self.taken(event, id);
        self.adjusted.push(adjusted);
    }

    fn taken(&self, event: &Value, id: &str) -> Accepted {
        Accepted {
            id: id.into(),
            event: event.clone(),
            request: self.requests.len() + 1,
        }
    }

    /// The code with which an event is refused because a test says so.
    pub(super) fn refusal(&self, event: &Value, id: &str) -> Option<&str> {
        self.refused.get(event[id].as_str()?).map(String::as_str)
    }
}

/// A stand-in of a conversion API. It listens until the process ends.
#[derive(Clone)]
pub struct StandIn {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl fmt::Debug for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandIn")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl StandIn {
    /// Listens on a port of this machine. It knows one account and one token; the clock is what the
    /// ages of events are measured by.
    ///
    /// # Panics
    /// If no port is free.
    #[must_use]
    pub fn start(vendor: Vendor, account: &str, token: &str, clock: Arc<dyn Clock>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            account: account.into(),
            token: Some(token.into()),
            ..State::default()
        }));
        let all = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (state, clock) = (all.clone(), clock.clone());
                // A broken connection is the other side's matter.
                thread::spawn(move || drop(serve(stream, vendor, &state, &*clock)));
            }
        });
        Self { address, state }
    }

    /// What `endpoint` of an account is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The events that were accepted so far, in order. One that was accepted twice stands twice.
    #[must_use]
    pub fn accepted(&self) -> Vec<Accepted> {
        self.state().accepted.clone()
    }

    /// The adjustments that were accepted so far, in order; the id is that of the conversion.
    #[must_use]
    pub fn adjusted(&self) -> Vec<Accepted> {
        self.state().adjusted.clone()
    }

    /// The ids of [`accepted`](Self::accepted).
    #[must_use]
    pub fn accepted_ids(&self) -> Vec<String> {
        let state = self.state();
        state.accepted.iter().map(|accepted| accepted.id.clone()).collect()
    }

    /// What Google counts: each transaction with the value that it was told last. A transaction
    /// that is told again is the same conversion with another value, and one that was not told
    /// before is a new one, whatever was meant.
    #[must_use]
    pub fn counted(&self) -> BTreeMap<String, f64> {
        let state = self.state();
        let values = state.accepted.iter().filter_map(|accepted| {
            let value = accepted.event["conversionValue"].as_f64()?;
            Some((accepted.id.clone(), value))
        });
        values.collect()
    }

    /// Every request so far, in the order of the answers.
    #[must_use]
    pub fn requests(&self) -> Vec<Told> {
        self.state().requests.clone()
    }

    /// Refuses an event from now on: with a subcode at Meta (`2804003`), a code at TikTok, a reason
    /// at Google, an error code at Microsoft, any word at the others. The message quotes all that
    /// was told of the person.
    pub fn refuse(&self, id: &str, code: &str) {
        self.state().refused.insert(id.into(), code.into());
    }

    /// Refuses no event any more but for its own faults.
    pub fn refuse_none(&self) {
        self.state().refused.clear();
    }

    /// Lets Google accept an event and find it wrong later, for a reason such as `CLICK_NOT_FOUND`.
    pub fn fail_later(&self, id: &str, reason: &str) {
        self.state().fails_later.insert(id.into(), reason.into());
    }

    /// Lets Google be still at work at so many checks of each receipt.
    pub fn process_for(&self, checks: u32) {
        self.state().processing = checks;
    }

    /// Takes no token from now on, as if it had expired.
    pub fn expire_token(&self) {
        self.state().token = None;
    }

    /// Takes this token from now on.
    pub fn renew_token(&self, token: &str) {
        self.state().token = Some(token.into());
    }

    /// Misbehaves in this way at the next requests.
    pub fn trouble(&self, trouble: Trouble, requests: usize) {
        self.state().troubles.extend(std::iter::repeat_n(trouble, requests));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(stream: TcpStream, vendor: Vendor, state: &Mutex<State>, clock: &dyn Clock) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(request) = Request::read(&mut stream)? {
        let response = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let at = clock.now();
            let response = answer(vendor, &mut state, &request, at);
            let status = response.status;
            let Request {
                method, target, body, ..
            } = request;
            state.requests.push(Told {
                method,
                target,
                body,
                status,
                at,
            });
            response
        };
        if !response.write(stream.get_mut())? {
            return Ok(());
        }
    }
    Ok(())
}

fn answer(vendor: Vendor, state: &mut State, request: &Request, now: Timestamp) -> Response {
    let trouble = state.troubles.pop_front();
    match trouble {
        Some(Trouble::Html) => {
            return Response::text(200, "text/html", "<!doctype html><title>Sorry</title>");
        }
        Some(Trouble::DeadVersion) => return Response::text(404, "text/plain", ""),
        _ => {}
    }
    let in_shape = trouble.filter(|trouble| *trouble != Trouble::Truncated);
    let mut response = match (vendor, in_shape) {
        (Vendor::Meta, Some(trouble)) => meta::trouble(trouble),
        (Vendor::TikTok, Some(trouble)) => tiktok::trouble(trouble),
        (Vendor::Google, Some(trouble)) => google::trouble(trouble),
        (Vendor::GoogleAds, Some(trouble)) => google_ads::trouble(trouble),
        (Vendor::MicrosoftOffline, Some(trouble)) => microsoft_offline::trouble(trouble),
        (Vendor::Microsoft, Some(trouble)) => microsoft::trouble(trouble),
        (Vendor::Snapchat, Some(trouble)) => snapchat::trouble(trouble),
        (Vendor::Reddit, Some(trouble)) => reddit::trouble(trouble),
        (Vendor::Pinterest, Some(trouble)) => pinterest::trouble(trouble),
        (Vendor::Snapchat, None) => snapchat::answer(state, request, now),
        (Vendor::Reddit, None) => reddit::answer(state, request, now),
        (Vendor::Pinterest, None) => pinterest::answer(state, request, now),
        (Vendor::Meta, None) => meta::answer(state, request, now),
        (Vendor::TikTok, None) => tiktok::answer(state, request),
        (Vendor::Google, None) => google::answer(state, request, now),
        (Vendor::GoogleAds, None) => google_ads::answer(state, request, now),
        (Vendor::MicrosoftOffline, None) => microsoft_offline::answer(state, request, now),
        (Vendor::Microsoft, None) => microsoft::answer(state, request, now),
    };
    response.is_cut = trouble == Some(Trouble::Truncated);
    response
}
