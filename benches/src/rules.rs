//! Which of many rules fire for a conversion: each one evaluated, beside CEL.

#![expect(
    clippy::expect_used,
    reason = "a corpus that cannot be made is a mistake in this file"
)]

use crate::numbers::Numbers;
use cel::{Context, Env, Program};
use postback::model::Status;
use postback::rule::{Conditions, evaluate};
use postback::scope::Scope;
use postback::value::TypeName;
use postback::{Click, Conversion, Timestamp};
use serde_json::json;
use std::sync::Arc;

/// The numbers of rules that are measured.
pub const SIZES: [(usize, Density); 5] = [
    (1, Density::Few),
    (10, Density::Few),
    (100, Density::Few),
    (1000, Density::Few),
    (1000, Density::Many),
];
/// The types that are configured: enough that a rule is about few of them, as where a network's
/// every event is a type of its own.
const TYPES: usize = 40;
/// How many events there are.
const EVENTS: usize = 400;

/// How many of the rules accept an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Density {
    /// Some thirty of a thousand: one rule in a hundred is about every type, one in four about
    /// every status.
    Few,
    /// Some sixty of a thousand: one in twenty, and one in two.
    Many,
}

/// Rules and conversions of one click.
#[derive(Debug)]
pub struct Corpus {
    rules: Vec<Conditions>,
    click: Click,
    events: Vec<Conversion>,
}

impl Corpus {
    /// So many rules; the same each time.
    #[must_use]
    pub fn new(rules: usize, density: Density) -> Self {
        let mut numbers = Numbers::new(3);
        let names: Vec<TypeName> = (0..TYPES)
            .map(|number| TypeName::new(format!("Type{number}")).expect("a name"))
            .collect();
        let rules: Vec<_> = (0..rules).map(|_| conditions(&mut numbers, &names, density)).collect();
        let events = (0..EVENTS)
            .filter_map(|_| {
                let name = one(&mut numbers, &names)?;
                Some(conversion(&name, one(&mut numbers, Status::ALL)?))
            })
            .collect();
        let id = |text: &str| text.to_owned();
        let click = Click::new(
            id("click").parse().expect("an id"),
            Timestamp::from_unix_seconds(1_775_001_600).expect("a time of 2026"),
            id("summer").parse().expect("an id"),
            id("offer").parse().expect("an id"),
            id("net").parse().expect("an id"),
            id("push").parse().expect("an id"),
        );
        Self { rules, click, events }
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Ours: the places of the rules that fire, in place of what `found` holds.
    pub fn postback(&self, event: usize, found: &mut Vec<usize>) {
        found.clear();
        let mut scope = Scope::of_click(&self.click);
        scope.conversion = self.events.get(event);
        let fires = |rule: &Conditions| evaluate(rule, &scope).fires();
        let firing = self.rules.iter().enumerate().filter(|(_, rule)| fires(rule));
        found.extend(firing.map(|(place, _)| place));
    }
}

/// The same rules as CEL programs, compiled once.
#[expect(missing_debug_implementations, reason = "the engine has none")]
pub struct Cel {
    environment: Arc<Env>,
    programs: Vec<Program>,
}

impl Cel {
    /// The corpus's rules.
    #[must_use]
    pub fn new(corpus: &Corpus) -> Self {
        let environment = Arc::new(Env::stdlib());
        let programs = corpus.rules.iter().map(expression);
        let programs = programs
            .map(|text| environment.compile(&text).expect("a program"))
            .collect();
        Self { environment, programs }
    }

    /// CEL's way: a context for the event, then each program.
    pub fn run(&self, corpus: &Corpus, event: usize, found: &mut Vec<usize>) {
        found.clear();
        let Some(Conversion { shown, .. }) = corpus.events.get(event) else {
            return;
        };
        let mut context = Context::with_env(Arc::clone(&self.environment));
        context.add_variable_from_value("name", shown.type_name.as_str());
        context.add_variable_from_value("status", shown.status.as_str());
        let accepts = |program: &Program| matches!(program.execute(&context), Ok(cel::Value::Bool(true)));
        let accepting = self.programs.iter().enumerate().filter(|(_, program)| accepts(program));
        found.extend(accepting.map(|(place, _)| place));
    }
}

fn conversion(name: &TypeName, status: Status) -> Conversion {
    let made = json!({
        "id": "aaaaaaaaaaaaaaaaaaaaaaaaaa", "click": "click", "campaign": "summer", "offer": "offer", "source": "net",
        "channel": "push", "sum": {"amount": "10", "currency": "USD"}, "revenue": {"state": "nothing"}, "count": 1,
        "shown": {
            "event": "bbbbbbbbbbbbbbbbbbbbbbbbbb", "at": "2026-04-01T01:00:00Z", "timed": true, "kind": "sale",
            "type": name, "known": true, "status": status, "parameters": {},
        },
    });
    serde_json::from_value(made).expect("a conversion")
}

fn conditions(numbers: &mut Numbers, names: &[TypeName], density: Density) -> Conditions {
    let mut made = Conditions::default();
    let (any_type, any_status) = match density {
        Density::Few => (100, 4),
        Density::Many => (20, 2),
    };
    if numbers.below(any_type) != 0 {
        let count = numbers.below(3).saturating_add(1);
        made.types = (0..count).filter_map(|_| one(numbers, names)).collect();
    }
    if numbers.below(any_status) != 0 {
        let count = numbers.below(2).saturating_add(1);
        made.statuses = (0..count).filter_map(|_| one(numbers, Status::ALL)).collect();
    }
    made
}

fn one<T: Clone>(numbers: &mut Numbers, of: &[T]) -> Option<T> {
    of.get(numbers.below(of.len())).cloned()
}

/// Equalities joined by `||`, so that no list is made.
fn expression(rule: &Conditions) -> String {
    let any = |variable: &str, words: Vec<&str>| {
        let words: Vec<_> = words.iter().map(|word| format!("{variable} == \"{word}\"")).collect();
        if words.is_empty() {
            "true".to_owned()
        } else {
            format!("({})", words.join(" || "))
        }
    };
    let types = any("name", rule.types.iter().map(TypeName::as_str).collect());
    let statuses = any("status", rule.statuses.iter().map(|status| status.as_str()).collect());
    format!("{types} && {statuses}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_and_the_rivals_name_the_same_rules() {
        for (size, density) in SIZES {
            let corpus = Corpus::new(size, density);
            let cel = Cel::new(&corpus);
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            // Each program on each event would take minutes without optimization.
            for event in (0..corpus.len()).step_by(size.div_ceil(10)) {
                corpus.postback(event, &mut ours);
                cel.run(&corpus, event, &mut theirs);
                assert_eq!(ours, theirs, "{size} rules, event {event}");
            }
        }
    }

    #[test]
    fn most_events_of_many_rules_are_accepted_by_some_and_not_by_most() {
        for (density, wanted) in [(Density::Few, 25..=40), (Density::Many, 50..=75)] {
            let corpus = Corpus::new(1000, density);
            let mut found = Vec::new();
            let accepting = (0..corpus.len()).map(|event| {
                corpus.postback(event, &mut found);
                found.len()
            });
            let mean = accepting.sum::<usize>() / corpus.len();
            assert!(wanted.contains(&mean), "{density:?}: {mean}");
        }
    }
}
