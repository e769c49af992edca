//! The further modes through the running server: Google's Ads API and Microsoft's offline
//! conversions.

use crate::accounts::{both_modes, rule};
use crate::running::{PERSON, Running};
use crate::world::{HOUR, MODE_TOKENS, World, finding, is_of, now};
use bytes::Bytes;
use http::Request;
use postback::delivery::{DeliveryRow, DeliveryState};
use postback_test::standin::Trouble;
use std::time::Duration;

/// Waits until all is told, six hours after the clicks.
async fn told(world: &World, running: &Running) -> Vec<DeliveryRow> {
    running.later(world, 6 * HOUR);
    world
        .until("the end", |rows| {
            rows.iter().all(|row| row.state != DeliveryState::Queued)
        })
        .await
}

fn of<'r>(rows: &'r [DeliveryRow], api: &str) -> Vec<&'r DeliveryRow> {
    rows.iter().filter(|row| is_of(row, api)).collect()
}

#[tokio::test]
async fn a_bad_row_goes_down_alone_in_either_mode() {
    let world = World::new();
    world.ads.refuse("order-1.Purchase", "CLICK_NOT_FOUND");
    let mut running = world.serve(&both_modes()).await;
    running.sales(&world, "order-", 3).await;
    let third = format!("Sale 4f5a0ea9cd1b11eb8dcd0242ac130003 {}", now(&world));
    world.offline.refuse(&third, "5607");
    let rows = told(&world, &running).await;
    let dead: Vec<&str> = rows
        .iter()
        .filter(|row| row.state == DeliveryState::Dead)
        .map(finding)
        .collect();
    assert!(
        dead.contains(&"HTTP 200 (google_ads CONVERSION_UPLOAD_ERROR/CLICK_NOT_FOUND)"),
        "{dead:?}"
    );
    assert_eq!(world.ads.accepted_ids(), ["order-0.Purchase", "order-2.Purchase"]);
    // Microsoft was told of the third sale at once, before a test could refuse it, or refused it.
    assert_eq!(world.offline.accepted().len() + dead.len() - 1, 3, "{dead:?}");
    running.stop().await;
}

#[tokio::test]
async fn two_sales_of_one_click_and_second_both_count_at_microsoft_and_the_trace_says_why() {
    let world = World::new();
    let mut running = world.serve(&rule("off", "")).await;
    let click = running.click().await;
    world.clock.advance(Duration::from_secs(60));
    for order in ["A", "B", "C"] {
        running
            .sale(&click, &format!("sum=5&order={order}&event_id={order}&{PERSON}"))
            .await;
    }
    running.later(&world, Duration::from_secs(10));
    world
        .until("the end", |rows| {
            rows.len() == 3 && rows.iter().all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    let mut seconds: Vec<String> = world
        .offline
        .accepted()
        .iter()
        .map(|accepted| accepted.event["ConversionTime"].as_str().unwrap().to_owned())
        .collect();
    seconds.sort();
    assert_eq!(
        seconds,
        ["2026-03-08T10:01:00Z", "2026-03-08T10:01:01Z", "2026-03-08T10:01:02Z"]
    );
    let explained = running
        .connection
        .api(&format!("explain?clickid={click}"))
        .await
        .to_string();
    let said = "it fired; the platform is told 2026-03-08T10:01:01Z as its time, since another conversion of this \
                click and goal has its second";
    assert!(explained.contains(said), "{explained}");
    running.stop().await;
}

#[tokio::test]
async fn a_click_that_is_too_young_for_google_is_told_again_after_six_hours() {
    let world = World::new();
    world.ads.refuse("order-0.Purchase", "TOO_RECENT_EVENT");
    let mut running = world.serve(&rule("ads", "")).await;
    running.sales(&world, "order-", 1).await;
    running.later(&world, 6 * HOUR);
    let rows = world
        .until("the refusal", |rows| rows.iter().any(|row| row.last.is_some()))
        .await;
    assert_eq!(
        finding(&rows[0]),
        "HTTP 200 (google_ads CONVERSION_UPLOAD_ERROR/TOO_RECENT_EVENT)"
    );
    world.ads.refuse_none();
    running.later(&world, 6 * HOUR - Duration::from_secs(60));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(world.ads.requests().len(), 1);
    running.later(&world, Duration::from_secs(61));
    world
        .until("the end", |rows| {
            rows.iter().all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    running.stop().await;
}

#[tokio::test]
async fn a_developer_token_that_may_not_upload_holds_the_lane_and_names_the_other_mode() {
    let world = World::new();
    world
        .ads
        .refuse("order-0.Purchase", "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE");
    let mut running = world.serve(&rule("ads", "")).await;
    running.sales(&world, "order-", 1).await;
    running.later(&world, 6 * HOUR);
    let rows = world
        .until("the refusal", |rows| rows.iter().any(|row| row.last.is_some()))
        .await;
    assert_eq!((rows[0].state, rows[0].attempts), (DeliveryState::Queued, 0));
    assert!(
        finding(&rows[0]).contains("set `mode = \"data_manager\"`"),
        "{}",
        finding(&rows[0])
    );
    let request = Request::get("/api/conversion-apis")
        .header(
            "authorization",
            format!("Bearer {}", crate::support::tracker::API_TOKEN),
        )
        .body(Bytes::new())
        .unwrap();
    let states = running.connection.send(request).await.unwrap().json();
    let ads = states["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["id"] == "ads")
        .unwrap();
    assert_eq!(
        (&ads["platform"], &ads["interface"]),
        (&"google".into(), &"google_ads".into())
    );
    assert!(ads["text"].as_str().unwrap().contains("data_manager"), "{ads}");
    running.stop().await;
}

#[tokio::test]
async fn tokens_versions_and_troubles_hold_or_pass_and_lose_nothing() {
    let world = World::new();
    let mut running = world.serve(&both_modes()).await;
    running.sales(&world, "order-", 2).await;
    told(&world, &running).await;
    for (stand_in, api, named) in [
        (&world.ads, "ads", "AUTHENTICATION_ERROR/OAUTH_TOKEN_EXPIRED"),
        (&world.offline, "off", "109 AUTHENTICATION_TOKEN_EXPIRED"),
    ] {
        stand_in.expire_token();
        running.sales(&world, &format!("late-{api}-"), 1).await;
        running.later(&world, 6 * HOUR);
        let rows = world
            .until("the refusal", |rows| {
                of(rows, api).iter().any(|row| finding(row).contains(named))
            })
            .await;
        assert!(of(&rows, api).iter().all(|row| row.state != DeliveryState::Dead));
        let token = MODE_TOKENS[usize::from(api == "off")].1;
        stand_in.renew_token(token);
        running.later(&world, HOUR / 4 + Duration::from_secs(1));
        told(&world, &running).await;
    }
    for trouble in [
        Trouble::DeadVersion,
        Trouble::ServerError,
        Trouble::Html,
        Trouble::Truncated,
        Trouble::FaultInSuccess,
        Trouble::RateLimit,
    ] {
        world.ads.trouble(trouble, 1);
        world.offline.trouble(trouble, 1);
        running.sales(&world, &format!("{trouble:?}-"), 1).await;
        running.later(&world, 6 * HOUR);
        world
            .until("an answer", |rows| rows.iter().all(|row| row.last.is_some()))
            .await;
        told(&world, &running).await;
    }
    let rows = world.rows().await;
    assert!(rows.iter().all(|row| row.state == DeliveryState::Delivered));
    assert_eq!((world.ads.accepted().len(), world.offline.accepted().len()), (10, 10));
    running.stop().await;
}

#[tokio::test]
async fn what_the_ads_api_only_checks_is_delivered_with_a_warning_and_counts_nothing() {
    let world = World::new();
    let tracker = world.tracker_with(&rule("ads", ""), |accounts| {
        accounts.replace("login_account", "validate_only = true\nlogin_account")
    });
    world.queue(&tracker, 2).await;
    world.clock.advance(6 * HOUR);
    crate::world::round(&world).await;
    let rows = world.rows().await;
    assert!(rows.iter().all(|row| row.state == DeliveryState::Delivered), "{rows:?}");
    assert_eq!(
        finding(&rows[0]),
        "HTTP 200 (google_ads validated (nothing was counted))"
    );
    assert!(world.ads.accepted().is_empty());
}

#[tokio::test]
async fn two_thousand_rows_go_to_google_and_a_thousand_to_microsoft_in_one_request() {
    let world = World::new();
    let tracker = world.tracker(&both_modes());
    world.queue(&tracker, 2_001).await;
    world.clock.advance(6 * HOUR);
    while crate::world::round(&world).await.requests > 0 {}
    let requests = |stand_in: &postback_test::standin::StandIn| stand_in.requests().len();
    assert_eq!((requests(&world.ads), requests(&world.offline)), (2, 3));
    assert_eq!(
        (world.ads.accepted().len(), world.offline.accepted().len()),
        (2_001, 2_001)
    );
    let rows = world.rows().await;
    let open = rows.iter().find(|row| row.state != DeliveryState::Delivered);
    assert!(open.is_none(), "{:?}", open.map(|row| (row.state, row.last.clone())));
}
