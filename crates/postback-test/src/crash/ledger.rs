//! What the networks know of their sales: what was sent, and what was promised.

use crate::http::{Answer, Message};
use crate::trouble::below;
use postback::testing::SeededEntropy;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

/// What a server has said of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// Nothing: it may be stored or not.
    Nothing,
    /// Answered with 202: it is in the journal.
    Journalled,
    /// Answered with 200: it is in the store.
    Stored,
}

/// A sale, as its network knows it.
#[derive(Debug, Clone)]
pub(crate) struct Sale {
    /// The event's id, or the receipt.
    pub(crate) event: String,
    pub(crate) amount: String,
    pub(crate) message: Message,
    pub(crate) promise: Promise,
    /// How often a server has said that it was new.
    pub(crate) applied: u64,
}

impl Sale {
    /// Whether its network sends it until it is acknowledged, as ClickBank does.
    pub(crate) fn is_notification(&self) -> bool {
        self.message.body.is_some()
    }
}

#[derive(Debug, Default)]
struct Inner {
    sales: BTreeMap<String, Sale>,
    /// Their events, in the order of sending.
    order: Vec<String>,
    findings: Vec<String>,
    answers: u64,
}

/// The networks' common ledger.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Inner>);

impl Ledger {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Notes that a sale is sent for the first time.
    pub(crate) fn sent(&self, sale: Sale) {
        let mut inner = self.inner();
        inner.order.push(sale.event.clone());
        inner.sales.insert(sale.event.clone(), sale);
    }

    /// Notes an answer. Answers to senders of one sale may be noted in any order.
    pub(crate) fn answered(&self, event: &str, answer: &Answer) {
        let mut inner = self.inner();
        inner.answers += 1;
        let Some(sale) = inner.sales.get_mut(event) else { return };
        let outcome = answer.outcome();
        sale.applied += u64::from(outcome == "applied");
        let (finding, promise) = match (answer.status, outcome.as_str()) {
            (200, "applied") if sale.applied > 1 => (Some("was applied twice"), Promise::Stored),
            (200, "applied" | "duplicate" | "unattributed") => (None, Promise::Stored),
            (202, "journalled") => (None, Promise::Journalled),
            (503, _) => (None, Promise::Nothing),
            _ => (Some("was answered"), Promise::Nothing),
        };
        sale.promise = sale.promise.max(promise);
        if let Some(finding) = finding {
            let finding = format!("{event} {finding}: {} {}", answer.status, answer.body);
            inner.findings.push(finding);
        }
    }

    /// Notes something that must not be.
    pub(crate) fn finding(&self, text: String) {
        self.inner().findings.push(text);
    }

    /// A sale of earlier, of any time.
    pub(crate) fn any(&self, random: &SeededEntropy) -> Option<Sale> {
        let inner = self.inner();
        let place = below(random, inner.order.len() as u64) as usize;
        inner.sales.get(inner.order.get(place)?).cloned()
    }

    /// The sales of which nothing was promised.
    pub(crate) fn unanswered(&self) -> Vec<Sale> {
        let inner = self.inner();
        let sales = inner.sales.values();
        sales.filter(|sale| sale.promise == Promise::Nothing).cloned().collect()
    }

    pub(crate) fn sales(&self) -> BTreeMap<String, Sale> {
        self.inner().sales.clone()
    }

    pub(crate) fn findings(&self) -> Vec<String> {
        self.inner().findings.clone()
    }

    pub(crate) fn answers(&self) -> u64 {
        self.inner().answers
    }
}
