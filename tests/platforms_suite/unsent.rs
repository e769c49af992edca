//! Why an event is not written.

use crate::world::{ACCOUNTS, CAMPAIGN, at, body, click, decided, decided_event, event, tracker, verdict};
use postback::value::Pii;

#[test]
fn a_sale_without_an_amount_is_told_to_nobody_until_the_amount_comes() {
    let plan = decided(&tracker(ACCOUNTS, CAMPAIGN), &click(), "order=A&email=a%40example.com");
    for rule in ["to-meta", "to-tiktok", "to-google", "to-microsoft"] {
        assert_eq!(
            verdict(&plan, rule),
            "no_amount: the conversion came without an amount, so its value is not known"
        );
    }
    assert!(plan.commit.outbox.is_empty());
}

#[test]
fn a_lead_is_told_without_a_value_and_to_google_with_zero() {
    let plan = decided(
        &tracker(ACCOUNTS, CAMPAIGN),
        &click(),
        "type=Lead&order=A&email=a%40example.com",
    );
    assert!(!body(&plan, "to-meta").contains("\"value\""));
    assert!(body(&plan, "to-google").contains(r#""conversionValue":0"#));
}

#[test]
fn an_event_of_a_website_needs_the_visitors_user_agent() {
    let mut click = click();
    click.private.remove("useragent");
    let plan = decided(
        &tracker(ACCOUNTS, CAMPAIGN),
        &click,
        "sum=1&order=A&email=a%40example.com",
    );
    assert!(verdict(&plan, "to-meta").starts_with("no_user_agent: "));
    assert_eq!(verdict(&plan, "to-tiktok"), "fired");
}

#[test]
fn a_person_whom_nobody_could_match_is_not_told() {
    let mut click = click();
    (click.ref_id, click.subs) = (None, [].into());
    click.private = [("useragent".to_string(), Pii::new("Mozilla"))].into();
    let plan = decided(
        &tracker(ACCOUNTS, CAMPAIGN),
        &click,
        "sum=1&order=A&city=Rome&country=IT",
    );
    for rule in ["to-meta", "to-tiktok", "to-google", "to-microsoft"] {
        let said = verdict(&plan, rule);
        assert!(said.starts_with("too_little_user_data: "), "{rule}: {said}");
    }
}

#[test]
fn what_is_older_than_the_platform_takes_is_not_queued() {
    let tracker = tracker(ACCOUNTS, CAMPAIGN);
    let mut event = event(&tracker, "sum=1&order=A&email=a%40example.com");
    event.at = at("2026-03-01T09:00:00Z");
    let plan = decided_event(&tracker, &click(), &event);
    assert_eq!(
        verdict(&plan, "to-meta"),
        "too_old: meta takes no event that is over 7 days old"
    );
    assert_eq!(verdict(&plan, "to-tiktok"), "fired");
}

#[test]
fn a_refund_is_no_event() {
    let plan = decided(
        &tracker(ACCOUNTS, CAMPAIGN),
        &click(),
        "type=refund&sum=1&order=A&email=a%40example.com",
    );
    assert!(plan.commit.outbox.is_empty());
}
