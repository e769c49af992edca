//! What a person does with a delivery: retry, resend, erase.

use crate::accounts::rule;
use crate::running::{CLICK_IDS, PERSON, Running};
use crate::support::{client::Answer, tracker::API_TOKEN};
use crate::world::{HOUR, World};
use bytes::Bytes;
use http::Request;
use postback::delivery::DeliveryState;

/// A sale that Meta has refused, and the id of its delivery.
async fn refused(world: &World) -> (Running, String, String) {
    world.meta.refuse("A-1.Purchase", "2804007");
    let mut running = world.serve(&rule("fb", "")).await;
    let click = running.click().await;
    running.sale(&click, &format!("sum=8.50&order=A-1&{PERSON}")).await;
    let rows = world
        .until("the refusal", |rows| {
            rows.iter().all(|row| row.state == DeliveryState::Dead)
        })
        .await;
    world.meta.refuse_none();
    (running, click, rows[0].delivery.id.to_string())
}

async fn delivered(world: &World) {
    world
        .until("the delivery", |rows| {
            rows.iter().any(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    assert_eq!(world.meta.accepted_ids(), ["A-1.Purchase"]);
    // The person's hashes came with it.
    assert!(world.meta.accepted()[0].event["user_data"]["em"].is_string());
}

#[tokio::test]
async fn a_retry_sends_the_same_event() {
    let world = World::new();
    let (mut running, _, id) = refused(&world).await;
    running.connection.post_api(&format!("deliveries/{id}/retry")).await;
    delivered(&world).await;
    let bodies: Vec<String> = world.meta.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies[0], bodies[1]);
    running.stop().await;
}

#[tokio::test]
async fn a_resend_writes_the_event_again_under_the_same_event_id() {
    let world = World::new();
    let (mut running, _, id) = refused(&world).await;
    running.connection.post_api(&format!("deliveries/{id}/resend")).await;
    delivered(&world).await;
    assert_eq!(world.rows().await.len(), 2);
    running.stop().await;
}

#[tokio::test]
async fn what_was_erased_is_not_told() {
    let world = World::new();
    for stand_in in [&world.meta, &world.tiktok] {
        stand_in.expire_token();
    }
    let mut running = world.serve(&(rule("fb", "") + &rule("tt", ""))).await;
    let click = running.click().await;
    running.sale(&click, &format!("sum=8.50&order=A-1&{PERSON}")).await;
    world
        .until("the refusals", |rows| rows.iter().all(|row| row.last.is_some()))
        .await;
    let request = Request::delete(format!("/api/clicks/{click}/private"))
        .header("authorization", format!("Bearer {API_TOKEN}"))
        .body(Bytes::new())
        .unwrap();
    let answer: Answer = running.connection.send(request).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let before = [&world.meta, &world.tiktok].map(|stand_in| stand_in.requests().len());
    world.meta.renew_token(crate::world::TOKENS[0].1);
    world.tiktok.renew_token(crate::world::TOKENS[1].1);
    running.later(&world, HOUR);
    world
        .until("the end", |rows| {
            rows.iter().all(|row| row.state != DeliveryState::Queued)
        })
        .await;
    for (stand_in, before) in [&world.meta, &world.tiktok].into_iter().zip(before) {
        for request in &stand_in.requests()[before..] {
            let body = &request.body;
            for gone in [
                "05e05255",
                "client_ip_address",
                "203.0.113.7",
                "Mozilla",
                "menlopark",
                "\"ip\"",
            ] {
                assert!(!body.contains(gone), "{gone}: {body}");
            }
        }
    }
    // TikTok knows the click; an event of a website without a browser is none for Meta.
    assert_eq!(world.tiktok.accepted_ids(), ["A-1.Purchase"]);
    assert_eq!(world.count(DeliveryState::Dead).await, 1);
    running.stop().await;
}

#[tokio::test]
async fn the_cookies_of_meta_are_read_from_the_click() {
    let world = World::new();
    let mut running = world.serve(&rule("fb", "")).await;
    let fbc = "fb.2.1764417600123.IwAR2x-Example.AQQCAQMC";
    for cookie in [fbc, "fb.1.1764417600123.another", "nonsense"] {
        let request = Request::get(format!("/summer?{CLICK_IDS}&format=json"))
            .header("user-agent", "Mozilla/5.0")
            .header(
                "cookie",
                format!("a=b; _fbc={cookie}; _fbp=fb.1.1764417600123.1073741823"),
            )
            .body(Bytes::new())
            .unwrap();
        let answer = running.connection.send(request).await.unwrap();
        let click = answer.json()["clickid"].as_str().unwrap().to_owned();
        running.sale(&click, &format!("sum=8.50&order={cookie}&{PERSON}")).await;
    }
    world
        .until("all", |rows| {
            rows.len() == 3 && rows.iter().all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    let mut told: Vec<(String, String)> = Vec::new();
    for accepted in world.meta.accepted() {
        let user = &accepted.event["user_data"];
        assert_eq!(user["fbp"], "fb.1.1764417600123.1073741823");
        told.push((accepted.id, user["fbc"].as_str().unwrap().to_owned()));
    }
    told.sort();
    // The time of the click, where the cookie is of another click or none.
    let wrapped = "fb.1.1772964000000.IwAR2x-Example";
    let values: Vec<&str> = told.iter().map(|(_, fbc)| fbc.as_str()).collect();
    assert_eq!(values, [wrapped, fbc, wrapped]);
    running.stop().await;
}
