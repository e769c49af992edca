//! `GET /{campaign}`.

use crate::support::{PROXY, Tested, impatient, request, tested};
use crate::watched::Mode;
use axum::{body::Body, extract::ConnectInfo, http::Request};
use postback::Click;
use postback::port::Inspect;
use std::net::SocketAddr;

async fn stored(tested: &Tested, id: &str) -> Click {
    tested.store.inner.click(&id.parse().unwrap()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_visitor_is_sent_to_the_offer_with_a_click_id_that_is_stored() {
    let tested = tested();
    let answer = tested.get("/summer?ref_id=R-1&sub1=zone").await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let location = answer.header("location").unwrap();
    let id = location
        .strip_prefix("https://shop.example.com/book?aff=")
        .unwrap()
        .strip_suffix("&s=zone")
        .unwrap();
    let click = stored(&tested, id).await;
    assert_eq!(click.campaign.as_str(), "summer");
    assert_eq!(click.ref_id.as_deref(), Some("R-1"));
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn the_click_id_is_given_as_json_when_that_is_asked_for() {
    let tested = tested();
    let answer = tested.get("/summer?ref_id=R-1&format=json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let id = answer.click_id();
    assert_eq!(
        answer.json()["url"],
        format!("https://shop.example.com/book?aff={id}&s=")
    );
    stored(&tested, &id).await;
}

#[tokio::test]
async fn what_is_known_of_the_visitor_is_kept_and_personal_values_apart() {
    let tested = tested();
    let peer: SocketAddr = PROXY.parse().unwrap();
    let request = Request::get("/summer?ref_id=R-1&format=json")
        .extension(ConnectInfo(peer))
        .header("x-forwarded-for", "1.2.3.4, 198.51.100.9")
        .header("user-agent", "Browser/1")
        .header("referer", "https://news.example.com/path?q=1")
        .header("accept-language", "de-AT,de;q=0.9");
    let answer = tested.send(request.body(Body::empty()).unwrap()).await;
    let click = stored(&tested, &answer.click_id()).await;
    assert_eq!(click.visitor["referrerdomain"], "news.example.com");
    assert_eq!(click.visitor["language"], "de-AT");
    assert_eq!(click.private["ip"].expose(), "198.51.100.9");
    assert_eq!(click.private["useragent"].expose(), "Browser/1");
}

#[tokio::test]
async fn x_forwarded_for_of_a_stranger_is_not_believed() {
    let tested = tested();
    let request = request("GET", "/summer?ref_id=R-1&format=json").header("x-forwarded-for", "1.2.3.4");
    let answer = tested.send(request.body(Body::empty()).unwrap()).await;
    let click = stored(&tested, &answer.click_id()).await;
    assert_eq!(click.private["ip"].expose(), "198.51.100.7");
}

#[tokio::test]
async fn without_an_address_from_the_host_the_click_has_none() {
    let tested = tested();
    let answer = tested
        .send(
            Request::get("/summer?ref_id=R&format=json")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    let click = stored(&tested, &answer.click_id()).await;
    assert!(click.private.is_empty());
}

#[tokio::test]
async fn an_unknown_campaign_and_the_name_of_a_route_are_404() {
    let tested = tested();
    for url in [
        "/winter",
        "/api",
        "/ins",
        "/view",
        "/click",
        "/track.js",
        "/imp",
        "/clickupd",
        "/%FF",
        "/favicon.ico",
    ] {
        let answer = tested.get(url).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text()),
            (404, "there is no such campaign\n"),
            "{url}"
        );
    }
    assert!(tested.store.calls().is_empty());
}

#[tokio::test]
async fn a_click_that_is_not_stored_leads_to_the_fallback_where_there_is_one() {
    let tested = impatient();
    for mode in [Mode::Fails, Mode::Hangs] {
        tested.store.set(mode);
        let answer = tested.get("/summer?ref_id=R-1").await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (302, Some("https://www.example.com/"))
        );
        let answer = tested.get("/bare-one?ref_id=R-1").await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.text(), "the click was not stored, try again\n");
        assert_eq!(answer.header("retry-after"), Some("1"));
        let answer = tested.get("/summer?ref_id=R-1&format=json").await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (503, "the click was not stored, try again")
        );
    }
}
