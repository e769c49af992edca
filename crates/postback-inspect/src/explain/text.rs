//! Prints an explanation that fits on one screen.

use super::decided::{Explanation, Rule, Shown};

/// The width of the names at the beginning of the lines.
pub(super) const NAME: usize = 12;
/// The largest number of lines on a screen.
const MAX_LINES: usize = 24;
/// The largest number of notes on a click's URL that are shown.
const MAX_NOTES: usize = 4;
/// The largest number of columns on a screen, in characters.
const MAX_COLUMNS: usize = 100;
/// The largest number of lines for one sentence.
const MAX_WRAPPED: usize = 4;

/// Writes the explanation in lines. Unless it is wanted in `full`, it fits on a screen: rules for
/// which there is no room are counted, and long lines are cut. Also says whether anything is left
/// out.
pub(super) fn lines(explanation: &Explanation, full: bool) -> (Vec<String>, bool) {
    let mut lines = head(explanation, full);
    let rules: Vec<Vec<String>> = explanation.rules.iter().map(|asked| rule(asked, full)).collect();
    let all = rules.iter().map(Vec::len).fold(lines.len(), usize::saturating_add);
    let fits = full || (all <= MAX_LINES && explanation.more_rules == 0);
    // One line says how many rules are left out.
    let room = if fits { usize::MAX } else { MAX_LINES.saturating_sub(1) };
    let mut left = usize::try_from(explanation.more_rules).unwrap_or(usize::MAX);
    for rule in rules {
        // After the first rule for which there is no room, no other rule is shown, so that the
        // reader sees the first rules of the campaign.
        if left == usize::try_from(explanation.more_rules).unwrap_or(usize::MAX)
            && lines.len().saturating_add(rule.len()) <= room
        {
            lines.extend(rule);
        } else {
            left = left.saturating_add(1);
        }
    }
    if left > 0 {
        lines.push(format!("and {}", count(left, "more postback")));
    }
    let mut is_cut = left > 0;
    if !full {
        for line in &mut lines {
            is_cut |= cut(line);
        }
    }
    (lines, is_cut && !full)
}

/// Writes the problems of the click's URL.
fn notes(notes: &[String], full: bool) -> impl Iterator<Item = String> {
    let most = if full { notes.len() } else { MAX_NOTES.min(notes.len()) };
    let left = notes.len().saturating_sub(most);
    let shown = notes.iter().take(most).map(|note| format!("its link    {note}"));
    shown.chain((left > 0).then(|| format!("            and {}", count(left, "more note"))))
}

fn head(explanation: &Explanation, full: bool) -> Vec<String> {
    let mut lines = vec![format!("event       {}", explanation.event)];
    if let Some(assurance) = explanation.assurance {
        lines.push(format!("assured     {assurance}"));
    }
    if explanation.before > 0 {
        lines.push(format!("before it   {} taken in", count(explanation.before, "event")));
    }
    lines.push(format!("click       {}", explanation.click));
    lines.extend(notes(&explanation.notes, full));
    if let Some(found) = &explanation.found {
        lines.push(format!("found       {found}"));
    }
    let why = explanation.reason.unwrap_or_else(|| explanation.outcome.text());
    let outcome = format!("outcome     {}: {why}", explanation.outcome);
    lines.extend(wrapped(outcome, full));
    if let Some(duplicate) = explanation.duplicate {
        lines.push(format!("duplicate   {duplicate}"));
    }
    if let Some(made) = &explanation.conversion {
        lines.push(format!("conversion  {}", conversion(made)));
    }
    let fire = explanation.rules.iter().filter(|rule| rule.fires).count();
    lines.push(match explanation.rules.len() {
        0 if explanation.silent => "postbacks   none: the message asks that nothing be fired".to_owned(),
        0 => "postbacks   no rule was asked".to_owned(),
        all => format!("postbacks   {fire} of {all} fire"),
    });
    for correction in &explanation.corrections {
        lines.extend(wrapped(format!("taken back  {correction}"), full));
    }
    lines
}

fn conversion(made: &Shown) -> String {
    let word = made.status_word.as_deref().filter(|word| *word != made.status);
    let word = word.map_or_else(String::new, |word| format!(" (`{}`)", word.escape_debug()));
    let sum = made.sum.map_or_else(|| "no sum".into(), |sum| format!("sum {sum}"));
    let events = match made.count {
        0 | 1 => String::new(),
        many => format!(", of {many} events"),
    };
    format!(
        "{}, {}{word}, {sum}, revenue {}{events}",
        made.type_name, made.status, made.revenue
    )
}

fn rule(rule: &Rule, full: bool) -> Vec<String> {
    let mark = if rule.fires { "fires" } else { "silent" };
    let mut lines = vec![format!("  {mark:<8}  {}: wants {}", rule.postback, rule.wants)];
    for reason in &rule.reasons {
        lines.extend(wrapped(format!("            {reason}"), full));
    }
    if rule.fires {
        if let Some(payout) = &rule.payout {
            lines.push(format!("            payout {payout}"));
        }
        let headers = rule.headers.iter().filter(|_| full);
        for sent in rule.sends.iter().chain(headers) {
            lines.push(format!("            {sent}"));
        }
    }
    lines
}

/// Breaks a long line between words, since what to do stands at the end of a sentence.
fn wrapped(line: String, full: bool) -> Vec<String> {
    if full || line.chars().nth(MAX_COLUMNS).is_none() {
        return vec![line];
    }
    let mut lines: Vec<String> = Vec::new();
    let mut last = String::new();
    for word in line.split_inclusive(' ') {
        let longer = last.chars().count().saturating_add(word.trim_end().chars().count());
        if longer > MAX_COLUMNS && !last.trim().is_empty() && lines.len().saturating_add(1) < MAX_WRAPPED {
            lines.push(last.trim_end().to_owned());
            last = " ".repeat(NAME);
        }
        last.push_str(word);
    }
    lines.push(last);
    lines
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Cuts a line at the edge of the screen, and says whether it was longer.
fn cut(line: &mut String) -> bool {
    let is_long = line.chars().nth(MAX_COLUMNS).is_some();
    if is_long {
        *line = line
            .chars()
            .take(MAX_COLUMNS.saturating_sub(2))
            .chain("..".chars())
            .collect();
    }
    is_long
}
