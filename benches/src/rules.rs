//! Which of many rules accept an event's type and status: the index beside a look at each rule, and beside CEL.

#![expect(
    clippy::expect_used,
    reason = "a corpus that cannot be made is a mistake in this file"
)]

use crate::numbers::Numbers;
use cel::{Context, Env, Program};
use postback::model::Status;
use postback::rule::{Conditions, Index};
use postback::value::TypeName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The numbers of rules that are measured.
pub const SIZES: [usize; 4] = [1, 10, 100, 1000];
/// The types that are configured: enough that a rule is about few of them, as where a network's every event is a type of its own.
const TYPES: usize = 40;
/// How many events there are.
const EVENTS: usize = 400;

/// Rules and events.
#[derive(Debug)]
pub struct Corpus {
    rules: Vec<Conditions>,
    index: Index,
    types: BTreeMap<TypeName, usize>,
    events: Vec<(TypeName, Status)>,
}

impl Corpus {
    /// So many rules; the same each time.
    #[must_use]
    pub fn new(rules: usize) -> Self {
        let mut numbers = Numbers::new(3);
        let names: Vec<TypeName> = (0..TYPES)
            .map(|number| TypeName::new(format!("Type{number}")).expect("a name"))
            .collect();
        let rules: Vec<_> = (0..rules).map(|_| conditions(&mut numbers, &names)).collect();
        let events = (0..EVENTS)
            .filter_map(|_| Some((one(&mut numbers, &names)?, one(&mut numbers, Status::ALL)?)))
            .collect();
        Self {
            index: Index::new(&rules.iter().collect::<Vec<_>>(), &names),
            types: names
                .into_iter()
                .enumerate()
                .map(|(place, name)| (name, place))
                .collect(),
            rules,
            events,
        }
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

    /// Ours: the places of the rules that accept the event, in place of what `found` holds.
    pub fn postback(&self, event: usize, found: &mut Vec<usize>) {
        found.clear();
        let event = self.events.get(event);
        if let Some((place, status)) = event.and_then(|(name, status)| Some((*self.types.get(name)?, *status))) {
            found.extend(self.index.candidates(place, status));
        }
    }

    /// A look at each rule.
    pub fn one_by_one(&self, event: usize, found: &mut Vec<usize>) {
        found.clear();
        let Some((name, status)) = self.events.get(event) else {
            return;
        };
        let accepts = |rule: &Conditions| {
            (rule.types.is_empty() || rule.types.contains(name))
                && (rule.statuses.is_empty() || rule.statuses.contains(status))
        };
        let accepting = self.rules.iter().enumerate().filter(|(_, rule)| accepts(rule));
        found.extend(accepting.map(|(place, _)| place));
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
        let Some((name, status)) = corpus.events.get(event) else {
            return;
        };
        let mut context = Context::with_env(Arc::clone(&self.environment));
        context.add_variable_from_value("name", name.as_str());
        context.add_variable_from_value("status", status.as_str());
        let accepts = |program: &Program| matches!(program.execute(&context), Ok(cel::Value::Bool(true)));
        let accepting = self.programs.iter().enumerate().filter(|(_, program)| accepts(program));
        found.extend(accepting.map(|(place, _)| place));
    }
}

fn conditions(numbers: &mut Numbers, names: &[TypeName]) -> Conditions {
    let mut made = Conditions::default();
    // One rule in twenty is about every type, one in two about every status.
    if numbers.below(20) != 0 {
        let count = numbers.below(3).saturating_add(1);
        made.types = (0..count).filter_map(|_| one(numbers, names)).collect();
    }
    if numbers.below(2) != 0 {
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
        for size in SIZES {
            let corpus = Corpus::new(size);
            let cel = Cel::new(&corpus);
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            // Each program on each event would take minutes without optimization.
            for event in (0..corpus.len()).step_by(size.div_ceil(10)) {
                corpus.postback(event, &mut ours);
                cel.run(&corpus, event, &mut theirs);
                assert_eq!(ours, theirs, "{size} rules, event {event}");
                corpus.one_by_one(event, &mut theirs);
                assert_eq!(ours, theirs, "{size} rules, event {event}");
            }
        }
    }

    #[test]
    fn most_events_of_many_rules_are_accepted_by_some_and_not_by_most() {
        let corpus = Corpus::new(1000);
        let mut found = Vec::new();
        let accepting = (0..corpus.len()).map(|event| {
            corpus.postback(event, &mut found);
            found.len()
        });
        let mean = accepting.sum::<usize>() / corpus.len();
        assert!((30..=90).contains(&mean), "{mean}");
    }
}
