//! Rules whose conditions hold and whose request could not be written: nothing is queued of them,
//! so that no list of deliveries shows them.

use crate::numbers::NOT_WRITTEN;
use crate::seldom::Seldom;
use metrics::counter;
use postback::Plan;
use postback::plan::{RuleVerdict, Write};

/// Counts them, and names one of them seldom.
pub(crate) fn note(plan: &Plan) {
    static TOLD: Seldom = Seldom::new();
    for traced in plan.trace.rules.iter() {
        let RuleVerdict::NotRendered(why) = &traced.verdict else {
            continue;
        };
        let mut writes = plan.commit.writes.iter();
        let campaign = writes.find_map(|write| match write {
            Write::Conversion(made) => Some(made.campaign.as_str()),
            _ => None,
        });
        let (campaign, postback) = (campaign.unwrap_or_default(), traced.postback.as_str());
        let labels = [
            ("campaign", campaign.to_owned()),
            ("postback", postback.to_owned()),
            ("reason", word(why).to_owned()),
        ];
        counter!(NOT_WRITTEN.name, &labels).increment(1);
        if let Some(count) = TOLD.happened() {
            tracing::warn!(
                campaign,
                postback,
                why = %why,
                count,
                "a postback was not written; GET /api/explain?clickid= names it"
            );
        }
    }
}

/// The word with which a reason begins; `template` where it is a sentence about one.
fn word(why: &str) -> &str {
    let word = why.split_once(':').map(|(word, _)| word);
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    word.filter(is_word).unwrap_or("template")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_counted_by_its_word() {
        assert_eq!(word("no_user_agent: an event of a website needs one"), "no_user_agent");
        assert_eq!(word("`{payout}` has no rate into the channel's currency"), "template");
        assert_eq!(word("a sentence: with a colon"), "template");
    }
}
