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

#[test]
fn an_event_id_that_would_be_the_same_for_every_sale_is_not_told() {
    let accounts = ACCOUNTS.replace(
        "pixel = \"1234567890\"",
        "pixel = \"1234567890\"\nevent_id = \"{order_id}.{type}\"",
    );
    let plan = decided(&tracker(&accounts, CAMPAIGN), &click(), "sum=1&email=a%40example.com");
    assert_eq!(
        verdict(&plan, "to-meta"),
        "no_event_id: `event_id` of the account reads `{order_id}`, which this conversion does not have"
    );
    // Without a template there is always an id.
    assert_eq!(verdict(&plan, "to-tiktok"), "fired");
}

#[test]
fn what_falls_under_limited_data_use_is_not_told_to_tiktok_without_the_address() {
    let accounts = ACCOUNTS.replace("pixel = \"C4ABCDEF\"", "pixel = \"C4ABCDEF\"\nlimited_data_use = true");
    let tracker = tracker(&accounts, CAMPAIGN);
    let sale = "sum=1&order=A&email=a%40example.com";
    assert!(body(&decided(&tracker, &click(), sale), "to-tiktok").contains(r#""limited_data_use":true"#));
    let mut click = click();
    click.private.remove("ip");
    let plan = decided(&tracker, &click, sale);
    assert!(verdict(&plan, "to-tiktok").starts_with("ldu_without_address: "));
}

#[test]
fn a_word_of_consent_that_is_not_understood_is_never_taken_for_a_yes() {
    let consent = "consent = { ad_user_data = \"granted\", ad_personalization = \"granted\", role = \"x_consent\" }";
    let accounts = ACCOUNTS.replace(
        "consent = { ad_user_data = \"granted\", ad_personalization = \"denied\" }",
        consent,
    );
    let campaign =
        format!("[[offer_source.parameter]]\nname = \"consent\"\nmacro = \"{{c}}\"\nrole = \"x_consent\"\n{CAMPAIGN}");
    let campaign = campaign.replace(
        "[[offer_source.parameter]]",
        "[[traffic_channel.parameter]]\nslot = \"sub1\"",
    );
    let campaign = campaign.replace("macro = \"{c}\"\n", "");
    // The row stands behind the channel's own, before the accounts.
    let tracker = tracker(
        &format!("{}{accounts}", campaign.split("[[campaign]]").next().unwrap()),
        CAMPAIGN,
    );
    let told = |word: Option<&str>| {
        let mut click = click();
        if let Some(word) = word {
            click.subs.insert(1, word.into());
        }
        let body = body(
            &decided(&tracker, &click, "sum=1&order=A&email=a%40example.com"),
            "to-google",
        );
        let (granted, denied) = (
            body.matches("CONSENT_GRANTED").count(),
            body.matches("CONSENT_DENIED").count(),
        );
        (granted, denied)
    };
    assert_eq!(told(None), (2, 0), "the fixed words");
    assert_eq!(told(Some("Granted")), (2, 0));
    assert_eq!(told(Some("no")), (0, 2));
    for word in ["rejected", "opt_out", "none", "unknown", "N/A", "-1"] {
        assert_eq!(told(Some(word)), (0, 0), "{word}");
    }
}
