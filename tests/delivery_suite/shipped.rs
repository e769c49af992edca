//! What the shipped templates of channels take for success, by answers of those channels.

use crate::verdicts::verdict;
use postback::definition::TrafficChannel;
use postback::delivery::{SuccessRule, Verdict};
use std::collections::BTreeSet;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    channel: String,
    status: u16,
    body: String,
    delivered: bool,
    origin: String,
}

/// The rule of a template's postback.
fn rule(channel: &str) -> SuccessRule {
    let channel = TrafficChannel::from_template(channel, "it".parse().unwrap()).unwrap();
    let success = channel.postback.unwrap().success.unwrap();
    assert_eq!(
        success.status.as_deref(),
        Some("2xx"),
        "what a rule says without a status"
    );
    let mut rule = SuccessRule::default();
    (rule.body_includes, rule.body_excludes) = (success.body_includes, success.body_excludes);
    rule
}

#[test]
fn a_channels_answers_mean_what_its_template_says() {
    let vectors = include_str!("../vectors/channel_answers.jsonl").lines();
    let vectors: Vec<Vector> = vectors.map(|line| serde_json::from_str(line).unwrap()).collect();
    for vector in &vectors {
        let (told, finding) = verdict(rule(&vector.channel), vector.status, &vector.body, false);
        assert_eq!(
            told == Verdict::Delivered,
            vector.delivered,
            "{}, {}: {finding}",
            vector.channel,
            vector.body
        );
        assert!(!vector.origin.is_empty());
    }
    let both: BTreeSet<_> = vectors.iter().map(|known| (&known.channel, known.delivered)).collect();
    let channels: BTreeSet<_> = vectors.iter().map(|known| &known.channel).collect();
    assert_eq!(
        both.len(),
        2 * channels.len(),
        "each has an answer that is success and one that is not"
    );
}
