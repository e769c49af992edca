//! A history made of bytes: how the account is set up, which messages come in which order, and when
//! the clicks are recorded.

use super::Draw;
use crate::story::{POLICIES, Spec, Story, UPDATES, What};
use postback::Tracker;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const STATUSES: [&str; 4] = ["approved", "pending", "declined", "approved"];
/// The largest number of messages in a history: one of every kind, and a change.
const MAX_EVENTS: usize = 7;

const WHATS: [What; 8] = [
    What::Sale,
    What::Sale,
    What::Upsell,
    What::Rebill,
    What::Refund,
    What::Refund,
    What::Chargeback,
    What::Cancel,
];

/// A message, made of four bytes.
fn spec(draw: &mut Draw<'_>, earlier: &[Spec]) -> Spec {
    let (kind, names, money) = (draw.byte(), draw.byte(), draw.byte());
    let state = draw.byte();
    let status = STATUSES[usize::from(state % 4)];
    let at = 1 + i64::from(state / 4 % 5);
    // It is the same message with another status and time, as a network reports that a lead was
    // approved.
    if state >= 224 && !earlier.is_empty() {
        return Spec {
            status,
            at,
            ..earlier[usize::from(kind) % earlier.len()].clone()
        };
    }
    let receipt = (names % 6).checked_sub(1).map(|number| number.clamp(1, 4));
    let event_id = match ["", "a", "b"][usize::from(names / 6 % 3)] {
        // Without an id each arrival is a new event, so that a repeat would not be one.
        "" if receipt.is_none() => "c",
        id => id,
    };
    Spec {
        what: WHATS[usize::from(kind % 8)],
        receipt,
        tracked: kind & 8 == 0,
        at,
        cents: [1_000, 100, 250, 0][usize::from(money % 4)],
        currency: if money & 12 == 12 { "EUR" } else { "USD" },
        status,
        event_id,
    }
}

#[derive(Debug, Clone)]
pub struct Scenario {
    pub story: Story,
    /// The number of steps before which each click is recorded.
    pub clicks_at: [usize; 2],
    /// A seed for another order, and for the graph of receipts.
    pub seed: u64,
}

/// The choices on which the configuration depends.
type Setup = (&'static str, &'static str, Option<i64>, bool);

static TRACKERS: Mutex<BTreeMap<Setup, Arc<Tracker>>> = Mutex::new(BTreeMap::new());

impl Scenario {
    /// Draws a history: six bytes, and four for each message.
    pub fn draw(draw: &mut Draw<'_>) -> Self {
        let policy = *draw.pick(&POLICIES);
        let flags = draw.byte();
        let updates = *draw.pick(&UPDATES);
        let clicks = draw.byte();
        let (again, seed) = (draw.byte(), draw.byte());
        let mut specs: Vec<Spec> = Vec::new();
        while specs.is_empty() || (specs.len() < MAX_EVENTS && !draw.is_empty()) {
            let spec = spec(draw, &specs);
            specs.push(spec);
        }
        Self {
            story: Story {
                specs,
                policy,
                by_type: flags & 1 != 0,
                one_type: flags & 2 != 0,
                own_edit: flags & 12 == 12,
                updates,
                expiration: (flags & 48 == 48).then_some(2),
                repeat: (again != 0).then_some((usize::from(again % 8), usize::from(again / 8 % 8))),
                tangled: (flags & 192 == 192).then_some(seed.into()),
            },
            clicks_at: [usize::from(clicks % 8), usize::from(clicks / 8 % 8)],
            seed: seed.into(),
        }
    }

    pub fn tracker(&self) -> Arc<Tracker> {
        let story = &self.story;
        let setup = (story.policy, story.updates, story.expiration, story.own_edit);
        let mut trackers = TRACKERS.lock().unwrap();
        let compiled = trackers.entry(setup).or_insert_with(|| Arc::new(story.tracker()));
        compiled.clone()
    }
}
