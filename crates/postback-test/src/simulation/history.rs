//! One history: what happens, step by step.

use super::audit::Audit;
use super::cast::{Told, Visit, visits};
use super::dice::Dice;
use super::network::Network;
use super::node::{End, Node, Ports};
use super::setups::{Library, Setup, Shape};
use super::tale::{Message, Tale};
use super::turns::Turns;
use super::{Report, StoreMaker};
use crate::account::after;
use postback::conformance::FaultStore;
use postback::memory::MemoryStore;
use postback::port::Clock;
use postback::testing::{SeededEntropy, SettableClock};
use postback::{Received, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const MINUTES: u64 = 10 * 60;
const DAYS: u64 = 3 * 24 * 60 * 60;

pub(super) struct History<'l> {
    pub(super) dice: Arc<Dice>,
    library: &'l mut Library,
    trace: Option<Vec<String>>,
    pub(super) tale: Tale,
    document: Value,
    pub(super) shape: Shape,
    pub(super) told: Vec<Told>,
    pub(super) visits: Vec<Visit>,
    pub(super) memory: Arc<MemoryStore>,
    pub(super) turns: Arc<Turns>,
    pub(super) ports: Ports,
    pub(super) nodes: Vec<Node>,
    /// The messages that are under way.
    copies: Vec<usize>,
    arrivals: u64,
    /// The configurations of this history, by their fingerprints.
    pub(super) setups: BTreeMap<String, Arc<Setup>>,
    pub(super) audit: Audit,
    pub(super) report: Report,
}

impl<'l> History<'l> {
    pub(super) fn new(seed: u64, library: &'l mut Library, maker: StoreMaker<'_>, traced: bool) -> Self {
        let dice = Arc::new(Dice::new(seed));
        let (tale, messages) = Tale::draw(&dice);
        let memory = Arc::new(MemoryStore::with_namespace("test".parse().unwrap()));
        let turns = Arc::new(Turns::new(maker(memory.clone())));
        let ports = Ports {
            store: Arc::new(FaultStore::new(turns.clone())),
            network: Arc::new(Network::new(dice.clone())),
            clock: Arc::new(SettableClock::new(after(3_600))),
            entropy: Arc::new(SeededEntropy::new(dice.number())),
        };
        let mut history = Self {
            document: tale.document(),
            shape: Shape::default(),
            visits: visits(&tale, &dice),
            told: Vec::new(),
            copies: Vec::new(),
            arrivals: 0,
            nodes: Vec::new(),
            setups: BTreeMap::new(),
            audit: Audit::default(),
            report: Report::default(),
            trace: traced.then(Vec::new),
            dice,
            library,
            tale,
            memory,
            turns,
            ports,
        };
        history.told = messages.into_iter().map(|message| history.told(message)).collect();
        for _ in 0..=history.dice.below(2) {
            let node = Node::new(history.setup());
            history.nodes.push(node);
        }
        history.note(|history| format!("the tale is {:?}", history.tale));
        history
    }

    /// The message with the clicks that it names.
    fn told(&self, message: Message) -> Told {
        let text = self
            .tale
            .clicks()
            .iter()
            .zip(&self.visits)
            .fold(message.text, |text, ((name, _), visit)| {
                text.replace(&format!("@{name}@"), visit.click.id.as_str())
            });
        Told {
            message: Message { text, ..message },
            event: None,
            is_acknowledged: false,
        }
    }

    /// Writes a line of the trace, where there is one.
    pub(super) fn note(&mut self, line: impl FnOnce(&Self) -> String) {
        if self.trace.is_some() {
            let line = format!("{} {}", self.now(), line(self));
            self.trace.get_or_insert_default().push(line);
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// The configuration of the present shape.
    pub(super) fn setup(&mut self) -> Arc<Setup> {
        let setup = self.library.setup(&self.document, &self.shape);
        let fingerprint = setup.tracker.fingerprint().to_string();
        self.setups.insert(fingerprint, setup.clone());
        setup
    }

    /// Lets everything happen, and says what came of it.
    pub(super) fn run(&mut self) -> Result<Report, String> {
        let clicks_first = self.dice.once_in(2);
        if clicks_first {
            self.record_all();
            self.go_on_until_idle()?;
        }
        for _ in 0..60 + self.dice.below(140) {
            self.step()?;
            self.check()?;
        }
        self.heal()?;
        Ok(self.report)
    }

    pub(super) fn trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    fn step(&mut self) -> Result<(), String> {
        self.report.steps += 1;
        match self.dice.below(100) {
            0..44 => self.go_on_somewhere()?,
            44..56 => self.arrive()?,
            56..65 => self.tell(),
            65..73 => self.any_node(|node, ports| node.lease(ports)),
            73..76 => self.any_node(Node::attribute),
            76..79 => self.visit(),
            79..83 => self.pass(Duration::from_secs(self.dice.below(MINUTES))),
            83..85 => self.pass(Duration::from_secs(self.dice.below(DAYS))),
            85..87 => self.put_back(),
            87 | 88 => self.crash(),
            89 => self.time_out(),
            90 | 91 => self.fail(),
            92 | 93 => self.exchange(),
            94 => self.purge(),
            95 => self.change_mood(),
            96 => self.by_hand(),
            97 => self.let_arrive(),
            _ => self.lose(),
        }
        Ok(())
    }

    pub(super) fn any_node(&mut self, begin: impl FnOnce(&mut Node, &Ports)) {
        let place = self.dice.place(self.nodes.len());
        begin(&mut self.nodes[place], &self.ports);
    }

    fn go_on_somewhere(&mut self) -> Result<(), String> {
        let all: Vec<(usize, usize)> = (0..self.nodes.len())
            .flat_map(|node| (0..self.nodes[node].tasks.len()).map(move |task| (node, task)))
            .collect();
        if all.is_empty() {
            return self.arrive();
        }
        let (node, task) = *self.dice.pick(&all);
        self.go_on(node, task)
    }

    /// Lets a task go on, and does what follows from its end.
    pub(super) fn go_on(&mut self, place: usize, task: usize) -> Result<(), String> {
        self.note(|history| format!("process {place} goes on: {}", history.nodes[place].tasks[task].name));
        let now = self.now();
        let Some(end) = self.nodes[place].go_on(task) else {
            return Ok(());
        };
        match end {
            End::Taken(number, Ok(reply)) => {
                self.note(|_| {
                    format!(
                        "message {number} is acknowledged: {:?} {:?}",
                        reply.outcome, reply.reason
                    )
                });
                // The acknowledgement may be lost.
                if !self.dice.once_in(8) {
                    self.told[number].is_acknowledged = true;
                }
            }
            End::Taken(number, Err(error)) => {
                self.note(|_| format!("message {number} failed: {error}"));
                if !error.is_retryable() {
                    return Err(format!("message {number} can never be taken in: {error}"));
                }
            }
            End::Recorded(numbers, Ok(())) => {
                for number in numbers {
                    self.visits[number].is_acknowledged = true;
                }
            }
            End::Leased(Ok(leases)) => {
                self.audit.next_due = leases.round.next_due;
                for batch in leases.batches {
                    self.nodes[place].send(&self.ports, batch);
                }
            }
            End::Sent(lane, round) => {
                self.note(|_| format!("sent: {round:?}"));
                self.nodes[place].sent(&lane, round.as_ref().ok(), now);
            }
            End::Recorded(_, Err(error)) | End::Leased(Err(error)) | End::Other(Some(error)) => {
                self.note(|_| format!("failed: {error}"));
            }
            End::Attributed(result) => self.note(|_| format!("attributed: {result:?}")),
            End::Other(None) => {}
        }
        Ok(())
    }

    /// A message arrives at a process.
    fn arrive(&mut self) -> Result<(), String> {
        if self.copies.is_empty() {
            self.tell();
        }
        let number = self.copies.swap_remove(self.dice.place(self.copies.len()));
        let node = self.dice.place(self.nodes.len());
        self.arrive_at(node, number)
    }

    pub(super) fn arrive_at(&mut self, node: usize, number: usize) -> Result<(), String> {
        self.arrivals += 1;
        let received = Received {
            at: self.now(),
            nonce: self.arrivals,
        };
        let told = &mut self.told[number];
        let event = self.nodes[node].event(&told.message, received)?;
        if told.event.as_ref().is_some_and(|known| *known != event.id) {
            return Err(format!(
                "message {number} was event {:?}, and is {}",
                told.event, event.id
            ));
        }
        told.event = Some(event.id.clone());
        self.note(|history| {
            let text = &history.told[number].message.text;
            format!("message {number} arrives at process {node} as {}: {text}", event.id)
        });
        self.nodes[node].take_in(&self.ports, number, event);
        Ok(())
    }

    /// A network sends a message: mostly one that was not acknowledged, else any of them again.
    fn tell(&mut self) {
        let open: Vec<usize> = (0..self.told.len())
            .filter(|place| !self.told[*place].is_acknowledged)
            .collect();
        let number = if open.is_empty() || self.dice.once_in(5) {
            self.dice.place(self.told.len())
        } else {
            *self.dice.pick(&open)
        };
        self.copies.push(number);
    }

    /// A message is lost on its way.
    fn lose(&mut self) {
        if !self.copies.is_empty() {
            let number = self.copies.swap_remove(self.dice.place(self.copies.len()));
            self.note(|_| format!("message {number} is lost on its way"));
        }
    }

    /// A visitor's click is recorded, perhaps late.
    fn visit(&mut self) {
        let number = self.dice.place(self.visits.len());
        let clicks = vec![self.visits[number].click.clone()];
        self.any_node(|node, ports| node.record(ports, vec![number], clicks));
    }

    pub(super) fn record_all(&mut self) {
        let clicks = self.visits.iter().map(|visit| visit.click.clone()).collect();
        let numbers = (0..self.visits.len()).collect();
        self.nodes[0].record(&self.ports, numbers, clicks);
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.ports.clock.advance(time);
        self.note(|_| "the clock goes on".into());
    }
}
