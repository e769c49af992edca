//! The router inside a service that has routes of its own.

use crate::support::{NET_TOKEN, Tested, options, routed, tested};
use axum::{Router, extract::Path, routing::get};

/// A click and a sale of it, with the routes of the tracker behind `prefix` and its campaigns
/// behind `campaigns`.
async fn sells(tested: &Tested, prefix: &str, campaigns: &str) {
    let click = tested.get(&format!("{campaigns}/summer?ref_id=R-1&format=json")).await;
    let click = click.click_id();
    let sale = format!("{prefix}/postback?token={NET_TOKEN}&clickid={click}&sum=8.50&eventid=E1");
    assert_eq!(tested.get(&sale).await.text(), r#"{"outcome":"applied"}"#);
    let events = tested.api(&format!("{prefix}/api/events")).await;
    assert_eq!(events.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(tested.get(&format!("{prefix}/healthz")).await.text(), "ok\n");
}

#[tokio::test]
async fn it_is_nested_under_a_path() {
    let mut tested = tested();
    tested.mounted = true;
    tested.router = Router::new()
        .route("/{page}", get(|Path(page): Path<String>| async move { page }))
        .nest("/t", tested.router);
    sells(&tested, "/t", "/t").await;
    assert_eq!(tested.get("/summer").await.text(), "summer", "the host's own");
    assert_eq!(tested.get("/t/nowhere").await.text(), "there is no such campaign\n");
}

#[tokio::test]
async fn it_is_merged_beside_a_hosts_own_pages() {
    for under in ["/c", "c", "/c/"] {
        let mut tested = routed(|builder| builder, options().with_campaigns_under(under));
        tested.mounted = true;
        tested.router = Router::new()
            .route("/{page}", get(|Path(page): Path<String>| async move { page }))
            .merge(tested.router);
        sells(&tested, "", "/c").await;
        assert_eq!(tested.get("/summer").await.text(), "summer", "the host's own");
    }
}

#[tokio::test]
async fn campaigns_stand_at_the_root_unless_something_else_is_said() {
    for under in ["", "/"] {
        let tested = routed(|builder| builder, options().with_campaigns_under(under));
        sells(&tested, "", "").await;
        assert_eq!(tested.get("/c/summer").await.status, 404);
    }
}
