//! Whether ad platforms take what they are told, account by account.

use crate::shared::Shared;
use postback::Timestamp;
use postback::conversion_api::{Account, AdPlatform};
use postback::delivery::{Attempt, Cause, DeliveryRow, DeliveryState};
use postback::port::{DeliveryFilter, PageRequest, StoreError};
use postback::value::{CampaignId, DeliveryId, PostbackId, SecretReference, TypeName};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many deliveries of a state are looked through. Others than those of conversion APIs are
/// among them.
const MOST_SEEN: u32 = 5_000;
/// How many are read at once.
const PAGE: u32 = 500;

/// An account at an ad platform, and what became of what it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConversionApiState {
    /// Its id in the configuration.
    pub id: PostbackId,
    /// The platform.
    pub platform: AdPlatform,
    /// The interface of the platform, as answers are judged: `google_ads` and `microsoft_offline`
    /// in the modes `ads_api` and `offline`, else the platform's name.
    pub interface: &'static str,
    /// The pixel, the tag or the number of the account there.
    pub account: String,
    /// The lane of its deliveries, as metrics name it.
    pub lane: String,
    /// The platform's name of the event by conversion type; at Google the id of the conversion
    /// action.
    pub events: BTreeMap<TypeName, String>,
    /// The rules of campaigns that tell it of conversions.
    pub rules: Vec<ConversionApiRule>,
    /// The state as a sentence.
    pub text: String,
    /// When it took a delivery last whose result is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_delivered: Option<Timestamp>,
    /// When it took a delivery last under a receipt that is still to be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_accepted: Option<Timestamp>,
    /// The last attempt that failed, of those deliveries that are not delivered yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_refusal: Option<ConversionApiRefusal>,
    /// How many deliveries wait to be sent.
    pub queued: u64,
    /// How many have a receipt that is to be checked.
    pub accepted: u64,
    /// How many were given up and wait for a person.
    pub dead: u64,
    /// When the oldest delivery that waits to be sent or checked was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_waiting: Option<Timestamp>,
    /// Why nothing is sent, if the lane is on hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<ConversionApiHold>,
    /// Its access token, where that renews itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<ConversionApiToken>,
    /// Whether there are more deliveries than were looked through (5,000 of each state), so that
    /// the numbers may be larger and the times later.
    pub truncated: bool,
}

/// A rule of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConversionApiRule {
    /// The campaign.
    pub campaign: CampaignId,
    /// The id of the rule.
    pub id: PostbackId,
}

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConversionApiRefusal {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Its state: `queued` if it is sent again, `dead` if it was given up.
    pub state: DeliveryState,
    /// The attempt, with what was found.
    #[serde(flatten)]
    pub attempt: Attempt,
}

/// A hold on a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConversionApiHold {
    /// When it ends.
    pub until: Timestamp,
    /// The reason.
    pub why: String,
}

/// An access token that renews itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConversionApiToken {
    /// The reference by which the configuration names it.
    pub secret: SecretReference,
    /// When the present token expires; absent if there is none. A minute before, the next one is
    /// asked for, if anything is to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Why there was no next one when it was last asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<ConversionApiTokenTrouble>,
}

/// A token that was not renewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConversionApiTokenTrouble {
    /// When that was.
    pub at: Timestamp,
    /// Whether a person must authorise again; else it is tried again soon.
    pub refused: bool,
    /// What the token endpoint answered, with its own word for it.
    pub why: String,
}

/// The state of each account of the configuration, in the order of the ids.
pub(crate) async fn states(shared: &Shared) -> Result<Vec<ConversionApiState>, StoreError> {
    let tracker = shared.live().tracker.clone();
    let accounts = tracker.conversion_apis();
    let states = accounts.map(|account| ConversionApiState {
        token: token(shared, account),
        ..ConversionApiState::of(account)
    });
    let mut states: Vec<ConversionApiState> = states.collect();
    if states.is_empty() {
        return Ok(states);
    }
    for campaign in tracker.campaigns() {
        for rule in campaign.postbacks() {
            let account = rule.account().map(Account::id);
            let told = states.iter_mut().filter(|state| Some(&state.id) == account);
            told.for_each(|state| {
                state.rules.push(ConversionApiRule {
                    campaign: campaign.id().clone(),
                    id: rule.id().clone(),
                });
            });
        }
    }
    for state in DeliveryState::ALL {
        count(shared, state, &mut states).await?;
    }
    states.iter_mut().for_each(ConversionApiState::say);
    Ok(states)
}

/// What is known of the access token of an account.
fn token(shared: &Shared, account: &Account) -> Option<ConversionApiToken> {
    let now = shared.now();
    let mut known = account
        .secrets()
        .filter_map(|reference| Some((reference, shared.secrets.renewing(reference)?)));
    known.next().map(|(reference, known)| ConversionApiToken {
        secret: reference.clone(),
        expires_at: known.expires_in.and_then(|left| now.checked_add(left)),
        trouble: known.trouble.map(|trouble| ConversionApiTokenTrouble {
            at: now.checked_sub(trouble.since).unwrap_or(now),
            refused: trouble.refused,
            why: trouble.why,
        }),
    })
}

/// Looks through the deliveries of a state, the newest first.
async fn count(shared: &Shared, state: DeliveryState, states: &mut [ConversionApiState]) -> Result<(), StoreError> {
    let filter = DeliveryFilter::in_state(state);
    let mut request = PageRequest::first(PAGE);
    let mut seen = 0_u32;
    loop {
        let page = shared.stores.inspect.deliveries(&filter, &request).await?;
        for row in &page.items {
            let account = account_of(row);
            let told = states.iter_mut().find(|state| Some(state.id.as_str()) == account);
            if let Some(told) = told {
                told.see(row);
            }
        }
        seen = seen.saturating_add(PAGE);
        // Of what was delivered only the last one is told.
        let is_told = state == DeliveryState::Delivered && states.iter().all(|state| state.last_delivered.is_some());
        let Some(next) = page.next.filter(|_| !is_told) else {
            return Ok(());
        };
        if seen >= MOST_SEEN {
            let is_open =
                |told: &ConversionApiState| state != DeliveryState::Delivered || told.last_delivered.is_none();
            let unsure = states.iter_mut().filter(|told| is_open(told));
            unsure.for_each(|told| told.truncated = true);
            return Ok(());
        }
        request.after = next;
    }
}

fn account_of(row: &DeliveryRow) -> Option<&str> {
    match &row.delivery.cause {
        Cause::ConversionApi { account, .. } => Some(account),
        _ => None,
    }
}

impl ConversionApiState {
    fn of(account: &Account) -> Self {
        let events = account.events();
        Self {
            id: account.id().clone(),
            platform: account.platform().clone(),
            interface: account.interface(),
            account: account.account().to_owned(),
            lane: account.lane().to_string(),
            events: events
                .map(|(type_name, event)| (type_name.clone(), event.to_owned()))
                .collect(),
            rules: Vec::new(),
            text: String::new(),
            last_delivered: None,
            last_accepted: None,
            last_refusal: None,
            queued: 0,
            accepted: 0,
            dead: 0,
            oldest_waiting: None,
            held: None,
            token: None,
            truncated: false,
        }
    }

    fn see(&mut self, row: &DeliveryRow) {
        let at = row.last.as_ref().map(|attempt| attempt.at);
        let later = |known: Option<Timestamp>| known.max(at);
        match row.state {
            DeliveryState::Queued => self.queued = self.queued.saturating_add(1),
            DeliveryState::Accepted => {
                self.accepted = self.accepted.saturating_add(1);
                self.last_accepted = later(self.last_accepted);
            }
            DeliveryState::Delivered => self.last_delivered = later(self.last_delivered),
            DeliveryState::Dead if row.is_cancelled() => return,
            DeliveryState::Dead => self.dead = self.dead.saturating_add(1),
        }
        if row.state.is_open() {
            let decided = row.delivery.created_at;
            self.oldest_waiting = Some(self.oldest_waiting.map_or(decided, |oldest| oldest.min(decided)));
            let held = row.hold.as_ref().map(|hold| ConversionApiHold {
                until: hold.until,
                why: hold.why.clone(),
            });
            self.held = self.held.take().or(held);
        }
        if matches!(row.state, DeliveryState::Queued | DeliveryState::Dead)
            && let Some(attempt) = row.last.as_ref().filter(|last| !last.is_wait())
            && self
                .last_refusal
                .as_ref()
                .is_none_or(|known| known.attempt.at < attempt.at)
        {
            self.last_refusal = Some(ConversionApiRefusal {
                delivery: row.delivery.id.clone(),
                state: row.state,
                attempt: attempt.clone(),
            });
        }
    }

    /// Why a person must authorise again.
    fn refused_token(&self) -> Option<&str> {
        let trouble = self.token.as_ref()?.trouble.as_ref()?;
        trouble.refused.then_some(&*trouble.why)
    }

    /// Puts the state into a sentence: the first thing that a person should know.
    fn say(&mut self) {
        let refused = self.refused_token().map(|why| format!("its token is refused: {why}"));
        self.text = match (&self.held, self.rules.is_empty()) {
            (Some(hold), _) => format!("it is held until {}: {}", hold.until, hold.why),
            (None, true) => "no campaign tells it anything".into(),
            (None, false) if refused.is_some() => refused.unwrap_or_default(),
            (None, false) if self.dead > 0 => format!("{} given up; `last_refusal` says why", of(self.dead)),
            (None, false) if self.last_delivered.is_some() => "it takes what it is told".into(),
            (None, false) if self.accepted > 0 => {
                format!(
                    "{} accepted; whether they count is known when the receipts are checked",
                    of(self.accepted)
                )
            }
            (None, false) if self.last_refusal.is_some() => "nothing was delivered yet; `last_refusal` says why".into(),
            (None, false) if self.queued > 0 => format!("{} waiting to be sent", of(self.queued)),
            (None, false) => "nothing was told yet".into(),
        };
    }
}

fn of(count: u64) -> String {
    match count {
        1 => "1 event is".into(),
        _ => format!("{count} events are"),
    }
}
