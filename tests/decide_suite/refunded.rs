//! An order that is taken back twice, by a refund with its amount and by its status: it goes once.

use postback::model::Duplicates;
use postback_test::story::drawn::permutations;
use postback_test::{World, with_policy};
use proptest::prelude::*;
use serde_json::json;

fn world() -> World {
    under("update")
}

fn under(policy: &str) -> World {
    let mut document = with_policy(policy, &[]);
    document["offer_source"][0]["template"] = "generic".into();
    document["campaign"][0]["postback"] = json!([]);
    World::new(&document)
}

/// Each message a minute after the one before it, arriving in this order.
fn came(messages: &[impl AsRef<str>], order: &[usize]) -> World {
    let world = world();
    for index in order {
        let at = (index + 1) * 60;
        world.postback(&format!(
            "clickid=c1&eventid=A&{}&time=@{at}",
            messages[*index].as_ref()
        ));
    }
    world
}

/// An order that is refunded and rejected, with what is left of it in the end.
const TWICE: &[(&[&str], &str)] = &[
    (
        &["sum=30&status=confirmed", "type=Refund&sum=30", "status=rejected"],
        "0",
    ),
    (
        &[
            "sum=30&status=confirmed",
            "type=Refund&sum=30",
            "sum=30&status=rejected",
        ],
        "0",
    ),
    (
        &["sum=30&status=confirmed", "status=rejected", "type=Refund&sum=30"],
        "0",
    ),
    (
        &["sum=30&status=confirmed", "type=Refund&sum=10", "status=rejected"],
        "0",
    ),
    (
        &[
            "sum=30&status=confirmed",
            "type=Refund&sum=10",
            "type=Refund",
            "status=rejected",
        ],
        "0",
    ),
    (
        &[
            "sum=30&status=confirmed",
            "type=Refund&sum=20",
            "type=Chargeback&sum=10",
            "status=rejected",
        ],
        "0",
    ),
    (&["sum=30&status=hold", "type=Refund&sum=30"], "0"),
    (&["sum=30&status=hold", "type=Refund&sum=10", "status=confirmed"], "20"),
    // Confirmed again: the refund of then still stands.
    (
        &[
            "sum=30&status=confirmed",
            "type=Refund&sum=30",
            "status=rejected",
            "status=confirmed",
        ],
        "0",
    ),
    // More than it was worth, which the network says.
    (&["sum=30&status=confirmed", "type=Refund&sum=40"], "-10"),
    (
        &["sum=30&status=confirmed", "type=Refund&sum=40", "status=rejected"],
        "-10",
    ),
    // What follows the sale under its id is another conversion.
    (
        &["sum=30", "type=Upsell&sum=20", "type=Refund&sum=30", "status=rejected"],
        "20",
    ),
    (
        &[
            "sum=30",
            "type=Upsell&sum=20",
            "type=Refund&sum=30",
            "type=Upsell&status=rejected",
        ],
        "0",
    ),
    (
        &[
            "sum=30",
            "type=Upsell&sum=20",
            "type=Refund&sum=50",
            "status=rejected",
            "type=Upsell&status=rejected",
        ],
        "0",
    ),
];

#[test]
fn an_order_that_is_refunded_and_rejected_goes_once_in_whatever_order_its_messages_arrive() {
    for (messages, revenue) in TWICE {
        for order in permutations(messages.len()) {
            assert_eq!(came(messages, &order).revenue(), *revenue, "{messages:?} {order:?}");
        }
    }
}

#[test]
fn a_rejection_of_what_was_refunded_says_so_and_shows_the_order_as_rejected() {
    let world = world();
    world.postback("clickid=c1&eventid=A&sum=30&status=confirmed");
    assert_eq!(world.postback("clickid=c1&eventid=A&type=Refund&sum=30"), "applied");
    assert_eq!(
        world.postback("clickid=c1&eventid=A&status=rejected"),
        "applied: taken_back"
    );
    assert_eq!(
        world.told(),
        ["Refund declined -30 USD -30 USD", "Purchase declined 30 USD 30 USD"]
    );
}

#[test]
fn a_refund_of_more_than_its_order_is_worth_is_believed_and_says_so() {
    let world = world();
    world.postback("clickid=c1&eventid=A&sum=30&status=confirmed");
    assert_eq!(
        world.postback("clickid=c1&eventid=A&type=Refund&sum=40"),
        "applied: takes_back_more"
    );
    assert_eq!(world.revenue(), "-10");
    // Of an order that is not known nothing can be said.
    assert_eq!(world.postback("clickid=c1&eventid=B&type=Refund&sum=40"), "applied");
}

#[test]
fn a_refund_of_another_currency_takes_its_value_of_the_order() {
    let mut document = with_policy("update", &[]);
    document["rate"] = json!([{"from": "EUR", "to": "USD", "rate": "2", "since": "2026-01-01T00:00:00Z"}]);
    let world = World::new(&document);
    world.postback("clickid=c1&eventid=A&sum=30&time=@60");
    world.postback("clickid=c1&eventid=A&type=Refund&sum=15&currency=EUR&time=@120");
    world.postback("clickid=c1&eventid=A&status=declined&time=@180");
    assert_eq!(world.revenue(), "0");
}

/// What is left of an id that counts for this much, was told with at most so much, and of which
/// refunds say that they take so much back.
fn left(counted: i64, most: i64, refunds: i64, unsaid: bool) -> i64 {
    match counted - refunds {
        left if left > 0 && !unsaid => left,
        _ => (counted.max(most) - refunds).min(0),
    }
}

#[derive(Debug, Clone)]
enum Message {
    Status(&'static str, Option<u32>),
    Refund(Option<u32>),
}

fn message() -> impl Strategy<Value = Message> {
    let status = prop_oneof![Just("hold"), Just("confirmed"), Just("rejected")];
    prop_oneof![
        3 => (status, proptest::option::of(1_u32..40)).prop_map(|(status, sum)| Message::Status(status, sum)),
        2 => proptest::option::of(1_u32..40).prop_map(Message::Refund),
    ]
}

impl Message {
    fn text(&self) -> String {
        match self {
            Self::Status(status, Some(sum)) => format!("sum={sum}&status={status}"),
            Self::Status(status, None) => format!("status={status}"),
            Self::Refund(Some(sum)) => format!("type=Refund&sum={sum}"),
            Self::Refund(None) => "type=Refund".into(),
        }
    }
}

/// What the payments among some messages come to under a policy.
fn paid(policy: &str, messages: &[Message]) -> i64 {
    let world = under(policy);
    for (minute, message) in (1..)
        .zip(messages)
        .filter(|(_, one)| matches!(one, Message::Status(..)))
    {
        world.postback(&format!(
            "clickid=c1&eventid=A&{}&time=@{}",
            message.text(),
            minute * 60
        ));
    }
    world.revenue().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Under every policy, in every order: an id comes to what its payments alone come to, less its
    /// refunds, and below zero only where these name more than it was ever told with.
    #[test]
    fn under_no_policy_is_more_taken_back_than_was_booked(
        (policy, messages, order) in (
            prop::sample::select(Duplicates::ALL.to_vec()),
            proptest::collection::vec(message(), 1..6),
        ).prop_flat_map(|(policy, messages)| {
            let order: Vec<usize> = (0..messages.len()).collect();
            (Just(policy), Just(messages), Just(order).prop_shuffle())
        })
    ) {
        let amounts = |takes: bool| messages.iter().filter_map(move |one| match one {
            Message::Status(_, sum) if !takes => *sum,
            Message::Refund(sum) if takes => *sum,
            _ => None,
        });
        let most = amounts(false).max().unwrap_or_default();
        let refunds: u32 = amounts(true).sum();
        let unsaid = messages.iter().any(|one| matches!(one, Message::Refund(None)));
        let counted = paid(policy.as_str(), &messages);
        let expected = left(counted, i64::from(most), i64::from(refunds), unsaid);
        let world = under(policy.as_str());
        for index in &order {
            let text = messages[*index].text();
            world.postback(&format!("clickid=c1&eventid=A&{text}&time=@{}", (index + 1) * 60));
        }
        prop_assert_eq!(world.revenue(), expected.to_string(), "{} {:?} {:?}", policy, messages, order);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Of one order there is left what its last amount is, if its last status earns, less the
    /// refunds that say how much; below zero only as far as these say so themselves.
    #[test]
    fn an_order_comes_to_less_than_nothing_only_where_amounts_say_so(
        (messages, order) in proptest::collection::vec(message(), 1..7).prop_flat_map(|messages| {
            let order: Vec<usize> = (0..messages.len()).collect();
            (Just(messages), Just(order).prop_shuffle())
        })
    ) {
        let texts: Vec<String> = messages.iter().map(Message::text).collect();
        let (mut amount, mut most, mut status, mut refunds, mut unsaid) = (0, 0, "", 0, false);
        for message in &messages {
            match message {
                Message::Status(said, sum) => (status, amount) = (said, sum.unwrap_or(amount)),
                Message::Refund(Some(sum)) => refunds += sum,
                Message::Refund(None) => unsaid = true,
            }
            if let Message::Status(_, Some(sum)) = message {
                most = most.max(*sum);
            }
        }
        let counted = if status == "confirmed" { i64::from(amount) } else { 0 };
        let expected = left(counted, i64::from(most), i64::from(refunds), unsaid);
        prop_assert_eq!(came(&texts, &order).revenue(), expected.to_string(), "{:?} {:?}", texts, order);
    }
}
