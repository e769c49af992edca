//! What the networks have to tell in a history, and what it is worth.

use super::dice::Dice;
use crate::account::{after, with};
use crate::clickbank::notification;
use crate::story::drawn::scenario;
use crate::story::life::{Life, life};
use crate::story::{POLICIES, Story, life, model};
use postback::value::Amount;
use postback::{Event, Timestamp};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

/// One message, as its network sends it.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) source: &'static str,
    /// The query of a postback, or the text of a notification. `@c1@` stands for the first click.
    pub(super) text: String,
}

/// An order of a tale whose orders have a click each, so that every policy makes the same of it.
#[derive(Debug, Clone)]
pub(super) struct Order {
    is_notification: bool,
    cents: i64,
    refund: Option<i64>,
}

#[derive(Debug)]
pub(super) enum Tale {
    /// Orders under the policy `update`.
    Life(Life),
    /// A story under one of the other policies.
    Story(Story),
    /// Orders with a click each, while the policy changes.
    Orders(Vec<Order>),
}

/// Draws a value as a property test does, from the seed alone.
fn drawn<S: Strategy>(strategy: &S, dice: &Dice) -> S::Value {
    let seed: Vec<u8> = (0..4).flat_map(|_| dice.number().to_le_bytes()).collect();
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, random);
    strategy.new_tree(&mut runner).unwrap().current()
}

impl Tale {
    /// Draws a tale, and its messages.
    pub(super) fn draw(dice: &Dice) -> (Self, Vec<Message>) {
        match dice.below(4) {
            0 => Self::life(dice),
            1 => Self::story(dice),
            _ => Self::orders(dice),
        }
    }

    fn life(dice: &Dice) -> (Self, Vec<Message>) {
        let life = drawn(&life(2..=8), dice);
        let texts = life.messages.iter().map(|message| message.query());
        let messages = texts.map(|text| Message::postback(&text)).collect();
        (Self::Life(life), messages)
    }

    fn story(dice: &Dice) -> (Self, Vec<Message>) {
        let mut story = drawn(&scenario(2..=8, &POLICIES), dice).story;
        story.by_type = true;
        let texts = story.specs.iter().map(|spec| story.query(spec));
        let messages = texts.map(|text| Message::postback(&text)).collect();
        (Self::Story(story), messages)
    }

    fn orders(dice: &Dice) -> (Self, Vec<Message>) {
        let mut orders = Vec::new();
        let mut messages = Vec::new();
        for number in 1..=1 + dice.below(5) {
            let cents = 100 * (1 + dice.below(40) as i64);
            let order = Order {
                is_notification: dice.once_in(3),
                cents,
                refund: (dice.once_in(3)).then(|| if dice.once_in(2) { cents } else { cents / 4 }),
            };
            messages.push(order.sale(number, dice));
            messages.extend(order.refund.map(|cents| order.refund(number, cents, dice)));
            orders.push(order);
        }
        (Self::Orders(orders), messages)
    }

    /// The document of the account.
    pub(super) fn document(&self) -> Value {
        match self {
            Self::Life(life) => life.document(),
            Self::Story(story) => story.document(),
            Self::Orders(_) => with(|document| document["campaign"][0]["postback"][0]["negative"] = "send".into()),
        }
    }

    /// The clicks, by the names that the messages have for them, with the offers to which they
    /// lead.
    pub(super) fn clicks(&self) -> Vec<(String, &'static str)> {
        match self {
            Self::Life(_) | Self::Story(_) => ["c1", "c2"].map(|name| (name.to_owned(), "offer")).into(),
            Self::Orders(orders) => {
                let numbered = orders.iter().zip(1..);
                let clicks = numbered.map(|(order, number): (_, u64)| (format!("c{number}"), order.offer()));
                clicks.collect()
            }
        }
    }

    /// Whether the policy may change without a change of what the tale is worth.
    pub(super) fn is_of_any_policy(&self) -> bool {
        matches!(self, Self::Orders(_))
    }

    /// Whether each state on the way is worth what was told until then. Where a click expires, an
    /// event may wait until all waiting ones are looked at.
    pub(super) fn is_worth_it_at_once(&self) -> bool {
        match self {
            Self::Life(life) => life.expiration.is_none(),
            Self::Story(story) => story.expiration.is_none(),
            Self::Orders(_) => true,
        }
    }

    /// The revenue, when these messages are known. Their places are in the order of the tale, each
    /// identity once.
    pub(super) fn worth(&self, known: &[usize], events: &[Event]) -> Amount {
        match self {
            Self::Life(life) => {
                let messages: Vec<life::Message> = known.iter().map(|place| life.messages[*place].clone()).collect();
                life.revenue(&messages, events)
            }
            Self::Story(story) => {
                let specs: Vec<_> = known.iter().map(|place| story.specs[*place].clone()).collect();
                model::revenue(story, &specs, events)
            }
            Self::Orders(orders) => {
                let mut place = 0;
                let mut cents = 0;
                for order in orders {
                    let is_known = |place: usize| known.contains(&place);
                    let (sold, refunded) = (is_known(place), is_known(place + 1));
                    place += 1 + usize::from(order.refund.is_some());
                    // What was not sold is not taken back.
                    if sold {
                        cents += order.cents - order.refund.filter(|_| refunded).unwrap_or_default();
                    }
                }
                Amount::from_minor_units(cents, 2).unwrap()
            }
        }
    }
}

impl Message {
    fn postback(text: &str) -> Self {
        let text = ["c1", "c2"].iter().fold(text.to_owned(), |text, name| {
            text.replace(&format!("clickid={name}"), &format!("clickid=@{name}@"))
        });
        Self { source: "net", text }
    }
}

impl Order {
    fn offer(&self) -> &'static str {
        if self.is_notification { "product" } else { "offer" }
    }

    fn sale(&self, number: u64, dice: &Dice) -> Message {
        self.message(("SALE", "Purchase"), (number, self.cents), true, dice)
    }

    fn refund(&self, number: u64, cents: i64, dice: &Dice) -> Message {
        let tracked = dice.once_in(2);
        self.message(("RFND", "Refund"), (number, cents), tracked, dice)
    }

    fn message(
        &self,
        (word, type_name): (&str, &str),
        (number, cents): (u64, i64),
        tracked: bool,
        dice: &Dice,
    ) -> Message {
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        let at = 1 + dice.below(6) as i64;
        if self.is_notification {
            let click = format!(r#""trackingCodes":["@c{number}@"]"#);
            let members = if tracked { click.as_str() } else { "" };
            let sign = if word == "RFND" { "-" } else { "" };
            let text = notification(word, &format!("R{number}"), at, &format!("{sign}{amount}"), members);
            return Message {
                source: "clickbank",
                text,
            };
        }
        let mut text = format!("type={type_name}&status=approved&receipt=R{number}&eventid=E{number}&sum={amount}");
        if tracked {
            text += &format!("&clickid=@c{number}@");
        }
        if dice.once_in(2) {
            let at: Timestamp = after(at);
            text += &format!("&time={}", at.unix_seconds());
        }
        Message { source: "net", text }
    }
}
