//! The seconds under which accounts were told of a click's conversions, where a platform tells two
//! conversions of a click and a goal apart by nothing else.

use super::change::Change;
use super::request::{NotWritten, Request};
use crate::meaning::Decision;
use crate::plan::{TakenSecond, Tally, TallyKey};
use crate::scope::Scope;
use crate::tracker::{PostbackRule, Sends};
use crate::value::{Shared, Timestamp};
use alloc::{collections::BTreeMap, vec::Vec};

/// The seconds of one click, and which of them a plan adds.
#[derive(Debug, Default)]
pub(crate) struct Seconds {
    known: BTreeMap<TallyKey, Tally>,
    changed: Vec<TallyKey>,
}

impl Seconds {
    /// Those in the tallies of a click. Of two tallies with the same key the last is the present
    /// one.
    pub(crate) fn of<'t>(tallies: impl IntoIterator<Item = &'t Tally>) -> Self {
        let tallies = tallies.into_iter();
        let seconds = tallies.filter(|tally| matches!(tally.key, TallyKey::Seconds(..)));
        Self {
            known: seconds.map(|tally| (tally.key.clone(), tally.clone())).collect(),
            changed: Vec::new(),
        }
    }

    /// Under which key the seconds of a rule's conversion are kept, if its platform needs them.
    fn key(change: &Change<'_>, rule: &PostbackRule) -> Option<TallyKey> {
        let Sends::Event(event) = &rule.sends else {
            return None;
        };
        let goal = event.account.goal_by_seconds(&change.after.shown.type_name)?;
        Some(TallyKey::Seconds(event.account.id().clone(), Shared::from(goal)))
    }

    /// Writes the request of a rule, and notes the second that its platform is told.
    ///
    /// # Errors
    /// [`NotWritten`]: why it is not written.
    pub(crate) fn request(
        &mut self,
        decision: Decision<'_>,
        change: &Change<'_>,
        rule: &PostbackRule,
        scope: &Scope<'_>,
    ) -> Result<Request, NotWritten> {
        let key = Self::key(change, rule);
        let taken = key.as_ref().map_or(&[][..], |key| self.taken(key));
        let request = decision.request(change, rule, scope, taken)?;
        if let (Some(key), Some(moment)) = (key, request.moment) {
            self.take(key, moment.at, change);
        }
        Ok(request)
    }

    fn taken(&self, key: &TallyKey) -> &[TakenSecond] {
        self.known.get(key).map_or(&[], |tally| &tally.seconds)
    }

    /// Notes that a conversion is told under a second.
    fn take(&mut self, key: TallyKey, at: Timestamp, change: &Change<'_>) {
        let after = change.after;
        if self.taken(&key).iter().any(|known| known.conversion == after.id) {
            return;
        }
        let tally = self.known.entry(key.clone()).or_insert_with(|| Tally {
            click: change.click.id.clone(),
            key: key.clone(),
            conversion: None,
            first: after.shown.clone(),
            last: after.shown.clone(),
            sums: BTreeMap::new(),
            amount: None,
            base: None,
            count: 0,
            fired: Vec::new(),
            seconds: Vec::new(),
        });
        tally.count = tally.count.saturating_add(1);
        let place = tally.seconds.partition_point(|known| known.at < at);
        tally.seconds.insert(
            place,
            TakenSecond {
                at,
                conversion: after.id.clone(),
            },
        );
        if !self.changed.contains(&key) {
            self.changed.push(key);
        }
    }

    /// The tallies that have changed.
    pub(crate) fn into_changed(mut self) -> impl Iterator<Item = Tally> {
        let changed = core::mem::take(&mut self.changed);
        changed.into_iter().filter_map(move |key| self.known.remove(&key))
    }
}
