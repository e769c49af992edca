//! What an account was told of a sale so far, by the deliveries that tell it.

use crate::delivery::{Cause, Delivery, Progress};
use crate::plan::Reported;
use crate::value::{CampaignId, ConversionId, DeliveryId, EventId, Money, PostbackId, Timestamp};
use alloc::vec::Vec;

/// A delivery that tells an account of a sale, or corrects what it was told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) delivery: &'a Delivery,
    pub(super) progress: Progress,
}

impl Step<'_> {
    fn is_correction(&self) -> bool {
        self.delivery.cause.corrects().is_some()
    }

    /// Whether the account has it, or will have it.
    fn is_alive(&self) -> bool {
        self.progress.is_open() || matches!(self.progress, Progress::InPart | Progress::Delivered)
    }

    fn value(&self) -> Option<Money> {
        match &self.delivery.cause {
            Cause::ConversionApi { value, .. } => *value,
            _ => None,
        }
    }
}

/// All that one rule has told an account of one sale.
#[derive(Debug)]
pub(super) struct History<'a> {
    /// In the order in which they were decided.
    steps: Vec<Step<'a>>,
    /// Whether the same decision queues one of them.
    is_news: bool,
}

impl<'a> History<'a> {
    /// What a rule has told: of what is stored, and of what the same decision queues.
    pub(super) fn of(
        (campaign, rule): (&CampaignId, &PostbackId),
        sale: &ConversionId,
        reported: &'a [Reported],
        outbox: &'a [Delivery],
    ) -> Self {
        let stored = reported.iter().map(|known| Step {
            delivery: &known.delivery,
            progress: known.progress,
        });
        // A delivery whose id is stored is not queued again.
        let is_new = |new: &&Delivery| reported.iter().all(|known| known.delivery.id != new.id);
        let queued = outbox.iter().filter(is_new).map(|delivery| Step {
            delivery,
            progress: Progress::Unsent,
        });
        let tells = |step: &Step<'_>| {
            let cause = &step.delivery.cause;
            let is_api = matches!(cause, Cause::ConversionApi { .. });
            is_api && cause.conversion() == Some(sale) && cause.rule() == Some((campaign, rule))
        };
        let mut steps: Vec<Step<'a>> = stored.filter(tells).collect();
        let known = steps.len();
        steps.extend(queued.filter(tells));
        let is_news = steps.len() > known;
        // Of one moment, a correction that waits for more is the later one.
        steps.sort_by_key(|step| {
            let delivery = step.delivery;
            (delivery.created_at, delivery.after.len(), &delivery.id)
        });
        Self { steps, is_news }
    }

    /// Whether the same decision tells of the sale too, so that nothing was compared before.
    pub(super) fn is_news(&self) -> bool {
        self.is_news
    }

    /// The delivery of the sale itself that has come farthest; of several the last one.
    pub(super) fn sale(&self) -> Option<Step<'a>> {
        let whole = self.steps.iter().filter(|step| !step.is_correction());
        whole.max_by_key(|step| step.progress).copied()
    }

    /// What the account is told last.
    pub(super) fn last(&self) -> Option<Step<'a>> {
        self.steps.iter().rfind(|step| step.is_alive()).copied()
    }

    /// The value that the account is told last; none where nothing is told, or the value is not
    /// known.
    pub(super) fn value(&self) -> Option<Money> {
        self.last()?.value()
    }

    /// The value that the account is told if what has not left is withdrawn, but for the sale
    /// itself.
    pub(super) fn value_without_unsent(&self, sale: &DeliveryId) -> Option<Money> {
        let stays = |step: &&Step<'_>| step.progress != Progress::Unsent || step.delivery.id == *sale;
        let last = self.steps.iter().filter(|step| step.is_alive()).rfind(stays);
        last?.value()
    }

    /// The event by which the sale was told last, without corrections.
    pub(super) fn told_by(&self) -> Option<&'a EventId> {
        let whole = self.steps.iter().rfind(|step| !step.is_correction());
        whole?.delivery.cause.event()
    }

    /// Whether the account was told that the sale does not count. It may be on its way.
    pub(super) fn is_retracted(&self) -> bool {
        let sent = |step: &&Step<'_>| step.is_alive() && step.progress != Progress::Unsent;
        let corrections = self.steps.iter().filter(|step| step.is_correction()).filter(sent);
        corrections.filter_map(Step::value).any(|value| value.amount.is_zero())
    }

    /// The latest time that a correction can have told; none if there was none.
    pub(super) fn corrected_at(&self) -> Option<Timestamp> {
        let corrections = self.steps.iter().filter(|step| step.is_correction());
        let told = corrections.map(|step| {
            let Delivery {
                created_at, not_before, ..
            } = step.delivery;
            not_before.map_or(*created_at, |at| at.max(*created_at))
        });
        told.max()
    }

    /// Whether money was taken back before: then a higher value is told too.
    pub(super) fn is_corrected(&self) -> bool {
        let is_withdrawn = |step: &Step<'_>| step.progress == Progress::Withdrawn;
        self.steps.iter().any(|step| step.is_correction() || is_withdrawn(step))
    }

    /// Whether all of it was withdrawn, so that the account knows nothing of the sale.
    pub(super) fn is_withdrawn(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(|step| step.progress == Progress::Withdrawn)
    }

    /// What is still to be sent and has not left, but for `other`.
    pub(super) fn unsent(&self, other: Option<&DeliveryId>) -> impl Iterator<Item = Step<'a>> {
        let unsent = self.steps.iter().filter(|step| step.progress == Progress::Unsent);
        let kept = other.cloned();
        unsent
            .filter(move |step| Some(&step.delivery.id) != kept.as_ref())
            .copied()
    }

    /// What is still queued and is not on its way, whether it was tried or not.
    pub(super) fn queued(&self) -> impl Iterator<Item = Step<'a>> {
        let queued = |step: &&Step<'_>| matches!(step.progress, Progress::Unsent | Progress::Tried);
        self.steps.iter().filter(queued).copied()
    }

    /// What has not left and tells another value.
    pub(super) fn unsent_but(&self, value: Money) -> impl Iterator<Item = Step<'a>> {
        self.unsent(None).filter(move |step| step.value() != Some(value))
    }

    /// What may be under way, but for `other`: what follows must come after it.
    pub(super) fn under_way(&self, other: &DeliveryId) -> Vec<DeliveryId> {
        let open = self.steps.iter().filter(|step| step.progress.is_open());
        let open = open.filter(|step| step.progress != Progress::Unsent && step.delivery.id != *other);
        open.map(|step| step.delivery.id.clone()).collect()
    }
}
