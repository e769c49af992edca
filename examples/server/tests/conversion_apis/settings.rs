//! Whatever an account says of itself: the platform takes its requests.

use crate::accounts::all_four;
use crate::world::{World, finding, round};
use postback::delivery::DeliveryState;
use serde_json::Value;

/// The accounts with a line behind the one that names their platform: of each the first account.
fn with(accounts: String, lines: [(&str, &str); 4]) -> String {
    lines.into_iter().fold(accounts, |accounts, (platform, line)| {
        let named = format!("platform = \"{platform}\"\n");
        accounts.replacen(&named, &format!("{named}{line}\n"), 1)
    })
}

/// The body that each platform was sent; all of them took it.
async fn told(lines: [(&str, &str); 4], change: impl Fn(String) -> String) -> [Value; 4] {
    let world = World::new();
    let tracker = world.tracker_with(&all_four(), |accounts| with(change(accounts), lines));
    world.queue(&tracker, 2).await;
    round(&world).await;
    for row in world.rows().await {
        let is_done = matches!(row.state, DeliveryState::Delivered | DeliveryState::Accepted);
        assert!(is_done, "{:?}: {}", row.delivery.lane, finding(&row));
    }
    world.stand_ins().map(|(platform, stand_in)| {
        let requests = stand_in.requests();
        assert_eq!(requests.len(), 1, "{platform}");
        serde_json::from_str(&requests[0].body).unwrap()
    })
}

#[tokio::test]
async fn limits_partners_consent_and_tests() {
    let [meta, tiktok, google, microsoft] = told(
        [
            (
                "meta",
                "limited_data_use = true\nopt_out = true\npartner = \"postback\"\ntest_event_code = \"T1\"",
            ),
            (
                "tiktok",
                "limited_data_use = true\npartner = \"postback\"\ntest_event_code = \"T1\"",
            ),
            (
                "google",
                "login_account = \"987-654-3210\"\naction_source = \"IN_STORE\"\nuser_data = [\"email\", \"ip\", \"user_agent\"]",
            ),
            (
                "microsoft",
                "partner = \"postback\"\nevent_source_url = \"https://shop.example.com/\"\nconsent = { ad_user_data = \"granted\" }",
            ),
        ],
        |accounts| accounts,
    )
    .await;
    assert_eq!(
        (&meta["partner_agent"], &meta["test_event_code"]),
        (&"postback".into(), &"T1".into())
    );
    assert_eq!(meta["data"][0]["data_processing_options"], serde_json::json!(["LDU"]));
    assert_eq!(tiktok["data"][0]["limited_data_use"], true);
    assert_eq!(google["destinations"][0]["loginAccount"]["accountId"], "9876543210");
    assert_eq!(google["events"][0]["eventDeviceInfo"]["ipAddress"], "203.0.113.7");
    assert_eq!(
        (&microsoft["dataProvider"], &microsoft["data"][0]["adStorageConsent"]),
        (&"postback".into(), &"G".into())
    );
}

#[tokio::test]
async fn sources_that_are_no_website_and_a_limit_of_the_advertisers_own() {
    for source in ["app", "phone_call", "physical_store", "system_generated", "other"] {
        let [meta, ..] = told(
            [("meta", ""), ("tiktok", ""), ("google", ""), ("microsoft", "")],
            |accounts| accounts.replace("action_source = \"website\"", &format!("action_source = \"{source}\"")),
        )
        .await;
        assert_eq!(meta["data"][1]["action_source"], source);
    }
}

#[tokio::test]
async fn what_google_only_validates_has_no_receipt_to_check() {
    let world = World::new();
    let line = ("google", "validate_only = true");
    let lines = [line, ("meta", ""), ("tiktok", ""), ("microsoft", "")];
    let rules = crate::accounts::rule("gads", "");
    world
        .queue(&world.tracker_with(&rules, |accounts| with(accounts, lines)), 2)
        .await;
    let sent = round(&world).await;
    assert_eq!((sent.delivered, sent.warned, sent.accepted), (2, 2, 0));
    assert_eq!((world.google.requests().len(), world.google.accepted().len()), (1, 0));
}
