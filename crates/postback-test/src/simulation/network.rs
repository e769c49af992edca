//! The network to the receivers, and the receivers themselves.

use super::dice::Dice;
use super::turns::turn;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header::RETRY_AFTER};
use postback::port::{BoxFuture, HttpClient, HttpError};
use std::collections::BTreeMap;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a receiver answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Well,
    /// It asks to be left alone for two minutes.
    Busy,
    Broken,
    /// It does not know the place, which is tried again for a day.
    Missing,
    /// It wants no such request.
    Refusing,
}

pub(super) const MOODS: [Mood; 5] = [Mood::Well, Mood::Busy, Mood::Broken, Mood::Missing, Mood::Refusing];

impl Mood {
    fn status(self) -> StatusCode {
        match self {
            Self::Well => StatusCode::OK,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::Refusing => StatusCode::BAD_REQUEST,
        }
    }
}

/// What the receivers got under one id.
#[derive(Debug, Default)]
pub(super) struct Got {
    /// The request, without its id.
    pub(super) request: String,
    pub(super) times: u64,
    /// How often it was answered with success.
    pub(super) taken: u64,
    /// How often it was answered with a status that is final.
    pub(super) refused: u64,
}

#[derive(Debug, Default)]
struct State {
    moods: BTreeMap<String, Mood>,
    /// The requests that are still under way, while their senders have given up waiting.
    late: Vec<Request<Bytes>>,
    got: BTreeMap<String, Got>,
    findings: Vec<String>,
    is_healed: bool,
}

/// What becomes of a request on its way.
enum Fate {
    NoConnection,
    Lost,
    Late,
    Arrives { twice: bool, answered: bool },
}

#[derive(Debug)]
pub(super) struct Network {
    dice: Arc<Dice>,
    state: Mutex<State>,
}

impl Network {
    pub(super) fn new(dice: Arc<Dice>) -> Self {
        Self {
            dice,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_mood(&self, host: &str, mood: Mood) {
        self.state().moods.insert(host.to_owned(), mood);
    }

    /// From now on everything arrives once, and every receiver is well.
    pub(super) fn heal(&self) {
        let mut state = self.state();
        state.is_healed = true;
        state.moods.clear();
    }

    /// Lets one of the requests arrive that are under way.
    pub(super) fn let_arrive(&self) -> Option<String> {
        let request = {
            let late = &mut self.state().late;
            if late.is_empty() {
                return None;
            }
            late.swap_remove(self.dice.place(late.len()))
        };
        self.arrive(&request);
        Some(request.uri().to_string())
    }

    pub(super) fn findings(&self) -> Vec<String> {
        take(&mut self.state().findings)
    }

    /// Looks at what arrived under an id.
    pub(super) fn got<T>(&self, id: &str, look: impl FnOnce(Option<&Got>) -> T) -> T {
        look(self.state().got.get(id))
    }

    /// The ids under which something arrived.
    pub(super) fn ids(&self) -> Vec<String> {
        self.state().got.keys().cloned().collect()
    }

    fn fate(&self) -> Fate {
        let whole = Fate::Arrives {
            twice: false,
            answered: true,
        };
        if self.state().is_healed {
            return whole;
        }
        match self.dice.below(16) {
            0 => Fate::NoConnection,
            1 => Fate::Lost,
            2 => Fate::Late,
            3 => Fate::Arrives {
                twice: true,
                answered: true,
            },
            4 => Fate::Arrives {
                twice: self.dice.once_in(3),
                answered: false,
            },
            _ => whole,
        }
    }

    /// The receiver gets a request, and answers.
    fn arrive(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let mut state = self.state();
        let State {
            moods, got, findings, ..
        } = &mut *state;
        let host = request.uri().host().unwrap_or_default();
        let status = moods.get(host).copied().unwrap_or(Mood::Well).status();
        let id = request
            .headers()
            .get("postback-id")
            .and_then(|value| value.to_str().ok());
        let body = String::from_utf8_lossy(request.body());
        let line = format!("{} {} {body}", request.method(), request.uri());
        match id {
            None => findings.push(format!("a request without an id arrived: {line}")),
            Some(id) => {
                let of_id = got.entry(id.to_owned()).or_default();
                if of_id.times > 0 && of_id.request != line {
                    let before = &of_id.request;
                    findings.push(format!("delivery {id} was sent as `{before}`, and then as `{line}`"));
                }
                of_id.request = line;
                of_id.times += 1;
                of_id.taken += u64::from(status.is_success());
                of_id.refused += u64::from(status == StatusCode::BAD_REQUEST);
            }
        }
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = status;
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(RETRY_AFTER, 120.into());
        }
        response
    }
}

impl HttpClient for Network {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>> {
        Box::pin(async move {
            turn().await;
            let result = match self.fate() {
                Fate::NoConnection => Err(HttpError::Connect(None)),
                Fate::Lost => Err(HttpError::Timeout),
                Fate::Late => {
                    self.state().late.push(request);
                    Err(HttpError::Timeout)
                }
                Fate::Arrives { twice, answered } => {
                    let mut answer = self.arrive(&request);
                    if twice {
                        answer = self.arrive(&request);
                    }
                    if answered { Ok(answer) } else { Err(HttpError::Protocol) }
                }
            };
            turn().await;
            result
        })
    }
}
