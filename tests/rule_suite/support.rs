//! One conversion, and short ways to ask a rule about it.

use postback::model::Status;
use postback::rule::{Condition, Conditions, RuleAnswer, evaluate, reasons};
use postback::scope::{Scope, ToldPayout};
use postback::{Click, Conversion, Money, Timestamp};

pub const CLICKED: i64 = 1_700_000_000;

pub struct Case {
    pub click: Click,
    pub conversion: Conversion,
    pub payout: Option<ToldPayout>,
}

impl Case {
    /// An approved `Purchase` of 10 USD, one hour after its click.
    pub fn new() -> Self {
        let mut click = Click::new(
            "clickaaaa".parse().unwrap(),
            Timestamp::from_unix_seconds(CLICKED).unwrap(),
            "summer-push".parse().unwrap(),
            "mitolyn".parse().unwrap(),
            "clickbank".parse().unwrap(),
            "richpush".parse().unwrap(),
        );
        click.ref_id = Some("ABC".into());
        click.subs.insert(1, "111".into());
        let conversion = serde_json::from_value(serde_json::json!({
            "id": "aaaaaaaaaaaaaaaaaaaaaaaaaa", "click": "clickaaaa", "campaign": "summer-push", "offer": "mitolyn",
            "source": "clickbank", "channel": "richpush", "sum": {"amount": "10", "currency": "USD"},
            "revenue": {"state": "nothing"}, "count": 1,
            "shown": {
                "event": "bbbbbbbbbbbbbbbbbbbbbbbbbb", "at": "2023-11-14T23:13:20Z", "timed": true, "kind": "sale",
                "type": "Purchase", "known": true, "status": "approved",
                "parameters": {"product": "Mitolyn", "sub2": "blue"},
            },
        }))
        .unwrap();
        Self {
            click,
            conversion,
            payout: Some(ToldPayout::Known(money("10", "USD"))),
        }
    }

    pub fn of(type_name: &str, status: Status) -> Self {
        let mut case = Self::new();
        case.conversion.shown.type_name = type_name.parse().unwrap();
        case.conversion.shown.status = status;
        case
    }

    pub fn scope(&self) -> Scope<'_> {
        let mut scope = Scope::of_click(&self.click);
        scope.conversion = Some(&self.conversion);
        scope.payout = self.payout;
        scope
    }

    pub fn fires(&self, conditions: &Conditions) -> bool {
        evaluate(conditions, &self.scope()).fires()
    }

    /// The reasons, after checking that they are the answer's.
    pub fn texts(&self, conditions: &Conditions) -> Vec<String> {
        texts(conditions, &self.scope())
    }
}

pub fn texts(conditions: &Conditions, scope: &Scope<'_>) -> Vec<String> {
    let answer = evaluate(conditions, scope);
    let reasons = reasons(conditions, scope);
    for condition in Condition::ALL {
        assert_eq!(
            answer.failed_on(*condition),
            reasons.iter().any(|(failed, _)| failed == condition)
        );
    }
    assert_eq!(RuleAnswer::try_from(answer.code()).unwrap(), answer);
    reasons.iter().map(|(_, why)| why.to_string()).collect()
}

pub fn money(amount: &str, currency: &str) -> Money {
    Money::new(amount.parse().unwrap(), currency.parse().unwrap())
}

pub fn rule(types: &[&str], statuses: &[Status]) -> Conditions {
    let mut conditions = Conditions::default();
    conditions.types = types.iter().map(|name| name.parse().unwrap()).collect();
    conditions.statuses = statuses.to_vec();
    conditions
}

pub fn with(change: impl FnOnce(&mut Conditions)) -> Conditions {
    let mut conditions = Conditions::default();
    change(&mut conditions);
    conditions
}
