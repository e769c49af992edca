//! A token that expires under load.

use crate::accounts::{all_four, rule};
use crate::world::{HOUR, TOKENS, World, finding, is_of, round};
use bytes::Bytes;
use http::Request;
use postback::delivery::{DeliveryState, Lane};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{Instant, sleep};

/// How many deliveries one lane has under way at most: what meets the expired token first.
const SHARE: usize = 8;
/// How often the token is tried until it is renewed.
const PROBES: usize = 4;

#[tokio::test]
async fn a_token_that_expires_holds_its_lane_and_all_arrives_when_it_is_renewed() {
    let world = World::new();
    let mut running = world.serve(&(rule("fb", "") + &rule("tt", ""))).await;
    running.sales(&world, "early-", 5).await;
    world
        .until("the first ones", |rows| {
            rows.iter().all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    world.meta.expire_token();
    running.sales(&world, "late-", 60).await;
    // The other platform is told meanwhile.
    let rows = world
        .until("the other lane", |rows| {
            let mut others = rows.iter().filter(|row| is_of(row, "tt"));
            others.all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    let waiting = rows
        .iter()
        .filter(|row| is_of(row, "fb") && row.state == DeliveryState::Queued);
    assert_eq!(waiting.count(), 60);
    let refused = |status: u16| {
        let requests = world.meta.requests();
        requests.iter().filter(|request| request.status == status).count()
    };
    // Those that were under way at once; then nothing is sent.
    assert!((1..=SHARE).contains(&refused(400)), "{}", refused(400));
    let held: Vec<&str> = rows
        .iter()
        .filter(|row| is_of(row, "fb"))
        .filter_map(|row| row.last.as_ref())
        .filter(|last| last.status == Some(400))
        .map(|last| last.finding.as_str())
        .collect();
    assert!(!held.is_empty());
    assert!(
        held.iter()
            .all(|finding| *finding == "HTTP 400 (meta 190/463 bad_token)"),
        "{held:?}"
    );

    // Each quarter of an hour one request or a few find out whether the token is mended.
    for probe in 1..PROBES {
        let before = refused(400);
        running.later(&world, HOUR / 4 + Duration::from_secs(1));
        let begin = Instant::now();
        while refused(400) == before {
            assert!(begin.elapsed() < Duration::from_secs(20), "probe {probe} does not come");
            sleep(Duration::from_millis(10)).await;
        }
        sleep(Duration::from_millis(200)).await;
        assert!(refused(400) - before <= SHARE, "{}", refused(400) - before);
    }
    assert_eq!(world.count(DeliveryState::Dead).await, 0);
    world.meta.renew_token("CANARY-renewed");
    world.secrets.renew("env:META_TOKEN", "CANARY-renewed");
    running.later(&world, HOUR / 4 + Duration::from_secs(1));
    let rows = world
        .until("all", |rows| {
            rows.iter().all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    assert_eq!(rows.len(), 2 * 65);
    // No attempt was counted for the wait.
    let attempts: BTreeSet<u32> = rows.iter().map(|row| row.attempts).collect();
    assert_eq!(attempts, [1].into());
    let accepted = world.meta.accepted();
    let ids: BTreeSet<&str> = accepted.iter().map(|accepted| accepted.id.as_str()).collect();
    assert_eq!((accepted.len(), ids.len()), (65, 65));
    // Those that met the expired token come behind the others of their lane, and all go together.
    let requests: BTreeSet<usize> = accepted.iter().map(|accepted| accepted.request).collect();
    assert!(requests.len() <= 20, "{requests:?}");
    running.stop().await;
}

#[tokio::test]
async fn a_lane_goes_on_at_once_when_a_person_releases_it() {
    let world = World::new();
    let mut running = world.serve(&rule("fb", "")).await;
    world.meta.expire_token();
    running.sales(&world, "order-", 3).await;
    world
        .until("the refusal", |rows| rows.iter().any(|row| row.last.is_some()))
        .await;
    world.meta.renew_token("CANARY-renewed");
    world.secrets.renew("env:META_TOKEN", "CANARY-renewed");
    world.clock.advance(Duration::from_secs(1));
    let lane = Lane::new(&world.meta.url()).with_account("fb");
    let target = format!("/api/deliveries/retry?lane={}", lane.as_str().replace('#', "%23"));
    let request = Request::post(&target)
        .header(
            "authorization",
            format!("Bearer {}", crate::support::tracker::API_TOKEN),
        )
        .body(Bytes::new())
        .unwrap();
    let answer = running.connection.send(request).await.unwrap();
    assert_eq!(
        (answer.status, &answer.json()["released"]),
        (200, &true.into()),
        "{answer:?}"
    );
    world
        .until("all", |rows| {
            rows.iter().all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    assert_eq!(world.meta.accepted().len(), 3);
    running.stop().await;
}

#[tokio::test]
async fn each_platform_says_of_an_expired_token_that_it_is_the_token() {
    let world = World::new();
    for (_, stand_in) in world.stand_ins() {
        stand_in.expire_token();
    }
    let mut running = world.serve(&all_four()).await;
    running.sales(&world, "order-", 1).await;
    let rows = world
        .until("the refusals", |rows| {
            rows.len() == 4 && rows.iter().all(|row| row.last.is_some())
        })
        .await;
    for (api, said) in [
        ("fb", "HTTP 400 (meta 190/463 bad_token)"),
        ("tt", "HTTP 200 (tiktok 40102 token_expired)"),
        (
            "gads",
            "HTTP 401 (google UNAUTHENTICATED ACCESS_TOKEN_EXPIRED credentials)",
        ),
        ("ms", "HTTP 401 (microsoft UNAUTHORIZED credentials)"),
    ] {
        let row = rows.iter().find(|row| is_of(row, api)).unwrap();
        assert_eq!((row.state, row.attempts), (DeliveryState::Queued, 0));
        assert_eq!(finding(row), said);
    }
    running.stop().await;
}

#[tokio::test]
async fn what_waited_until_the_platform_takes_it_no_more_is_given_up_unsent() {
    let world = World::new();
    world.meta.expire_token();
    world.queue(&world.tracker(&rule("fb", "")), 3).await;
    round(&world).await;
    world.meta.renew_token(TOKENS[0].1);
    world.clock.advance(7 * 24 * HOUR);
    let late = round(&world).await;
    assert_eq!((late.requests, late.dead, late.late), (0, 3, 3));
    for row in world.rows().await {
        assert!(finding(&row).starts_with("too late: it was to be sent by 2026-03-15T09:55:00Z"));
    }
    assert_eq!(world.meta.requests().len(), 1);
}

#[tokio::test]
async fn what_was_queued_under_a_reference_that_was_renamed_says_what_to_do() {
    let world = World::new();
    world.queue(&world.tracker(&rule("fb", "")), 1).await;
    let name = |accounts: String| accounts.replace("env:META_TOKEN", "env:META_TOKEN_NEW");
    let renamed = world.tracker_with(&rule("fb", ""), name);
    world.secrets.forget("env:META_TOKEN");
    let running = world.serve_of(renamed).await;
    let rows = world
        .until("the hold", |rows| rows.iter().all(|row| row.last.is_some()))
        .await;
    assert_eq!(
        finding(&rows[0]),
        "secret `env:META_TOKEN` is not set, and the configuration names it no more: set it again until what was queued \
         under it is sent, or cancel that"
    );
    running.stop().await;
}
