//! What goes wrong in a history, and what people do.

use super::history::History;
use super::network::MOODS;
use super::node::Node;
use super::setups::{KEYS, SECOND};
use crate::account::after;
use crate::story::POLICIES;
use postback::conformance::{Call, Fault};
use postback::port::{Purge, Selection, Which};
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;
/// The calls that fail now and then.
const CALLS: [Call; 9] = [
    Call::Record,
    Call::Facts,
    Call::Commit,
    Call::Commit,
    Call::Orphans,
    Call::Claim,
    Call::Settle,
    Call::Purge,
    Call::Requeue,
];

impl History<'_> {
    /// The clock is put back, but not before the clicks.
    pub(super) fn put_back(&mut self) {
        let back = Duration::from_secs(self.dice.below(DAY));
        let now = self.now().checked_sub(back).unwrap_or(after(60));
        self.ports.clock.set(now.max(after(60)));
        self.note(|_| "the clock is put back".into());
    }

    /// A process ends. All that it was doing is forgotten.
    pub(super) fn crash(&mut self) {
        let place = self.dice.place(self.nodes.len());
        let names = |history: &Self| -> Vec<String> {
            let tasks = history.nodes[place].tasks.iter();
            tasks.map(|task| task.name.clone()).collect()
        };
        self.note(|history| format!("process {place} ends while it does {:?}", names(history)));
        let setup = self.setup();
        self.nodes[place] = Node::new(setup);
        self.nodes[place].install(&self.ports);
    }

    /// A caller waits no longer, so that what a process did for it is dropped.
    pub(super) fn time_out(&mut self) {
        let place = self.dice.place(self.nodes.len());
        let tasks = &mut self.nodes[place].tasks;
        // What sends is part of the process, and no caller waits for it.
        let callers: Vec<usize> = (0..tasks.len())
            .filter(|task| !tasks[*task].name.starts_with("send"))
            .collect();
        if !callers.is_empty() {
            let task = tasks.remove(*self.dice.pick(&callers));
            self.note(|_| format!("process {place} is no longer waited for: {}", task.name));
        }
    }

    pub(super) fn fail(&mut self) {
        if self.dice.once_in(4) {
            self.ports.store.heal();
            self.note(|_| "the store works again".into());
            return;
        }
        let call = *self.dice.pick(&CALLS);
        let fault = *self
            .dice
            .pick(&[Fault::Fails, Fault::FailsAfter, Fault::FailsAfter, Fault::HangsAfter]);
        let count = 1 + self.dice.below(2);
        self.ports.store.inject(call, ..count, fault);
        self.note(|_| format!("the next {count} calls of {call:?}: {fault:?}"));
    }

    /// The configuration is exchanged. Each process has it from now on, or from its next start on.
    pub(super) fn exchange(&mut self) {
        match self.dice.below(3) {
            0 if self.tale.is_of_any_policy() => {
                let policies: Vec<_> = POLICIES.iter().copied().chain(["update"]).collect();
                self.shape.policy = Some(*self.dice.pick(&policies));
            }
            1 => {
                self.shape.key = self.dice.place(KEYS);
                self.shape.keeps_old_key = self.dice.once_in(2);
            }
            _ => self.shape.second = *self.dice.pick(&SECOND),
        }
        self.note(|history| format!("the configuration is exchanged: {:?}", history.shape));
        let setup = self.setup();
        for node in &mut self.nodes {
            if !self.dice.once_in(3) {
                node.setup = setup.clone();
            }
        }
        self.any_node(Node::install);
    }

    pub(super) fn purge(&mut self) {
        let longest = self.dice.below(3 * DAY);
        let before = self.now().checked_sub(Duration::from_secs(longest)).unwrap_or(after(0));
        let what = match self.dice.below(3) {
            0 => Purge::PrivateBefore(before),
            1 => Purge::DeliveriesBefore(before),
            _ => Purge::ClicksBefore(before),
        };
        self.any_node(|node, ports| node.purge(ports, what));
    }

    pub(super) fn change_mood(&mut self) {
        let host = *self.dice.pick(&["push.example", "extra.example"]);
        let mood = *self.dice.pick(&MOODS);
        self.ports.network.set_mood(host, mood);
        self.note(|_| format!("{host} is {mood:?}"));
    }

    /// A person queues dead deliveries again, or gives one up.
    pub(super) fn by_hand(&mut self) {
        let all = self.audit.ids();
        if self.dice.once_in(2) && !all.is_empty() {
            let id = self.dice.pick(&all).clone();
            return self.any_node(|node, ports| node.cancel(ports, id));
        }
        let selection = Selection::new(Which::All, self.now());
        self.any_node(|node, ports| node.requeue(ports, selection));
    }

    pub(super) fn let_arrive(&mut self) {
        if let Some(url) = self.ports.network.let_arrive() {
            self.note(|_| format!("a request arrives late: {url}"));
        }
    }
}
