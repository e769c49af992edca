//! [`postback-service`]: https://docs.rs/postback-service
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod api;
mod body;
mod caller;
mod click;
#[cfg(feature = "serve")]
mod connections;
mod health;
mod ins;
mod methods;
mod observe;
mod options;
mod postback;
mod prometheus;
mod source_name;
mod upload;

#[cfg(feature = "serve")]
pub use connections::{ConnectionLimits, run, run_with, serve};
pub use options::{Limits, MAX_BODY, RouterOptions};
pub use prometheus::{InstallError, Prometheus};

use axum::{Router, middleware};
use methods::{At, Route, get, post};
use options::Served;
use postback_service::Service;

/// Returns the routes of a tracker with the default options; see [`router_with`]. They can be
/// served alone, nested into a service's own router, or merged with it. Call `.with_state(..)` on
/// a router of yours that has a state before `.merge` or `.nest`.
pub fn router(service: Service) -> Router {
    router_with(service, RouterOptions::new())
}

/// Returns the routes of a tracker, with options.
///
/// Serve them with `into_make_service_with_connect_info::<SocketAddr>()`, or put a
/// `ConnectInfo<SocketAddr>` into each request: without it callers have no address, so a source
/// with `allow_ips` refuses everybody and `{ip}` is empty.
///
/// `HEAD` gets the same response as `GET` and changes nothing: the redirect of a click has a click
/// id that is not recorded. `OPTIONS` lists the methods of a route. One slash behind a path is
/// ignored. Before the path of a postback, a notification or a campaign a second one is, too.
pub fn router_with(service: Service, options: RouterOptions) -> Router {
    observe::describe();
    let campaign = format!("{}{CAMPAIGN}", options.campaigns_under);
    let served = Served::new(service, options);
    let called = called().into_iter();
    let called = called.fold(Router::new(), |all, (path, methods)| all.called(path, methods));
    let open = called.called(&campaign, get(click::redirect)).routes(health());
    open.merge(api::guarded(&served))
        .layer(middleware::from_fn(observe::observe))
        .with_state(served)
}

/// Where the link of a campaign stands.
const CAMPAIGN: &str = "/{campaign}";

/// The routes that networks call.
fn called() -> Vec<Route> {
    let postbacks = || get(postback::get).head(postback::head).and_post(postback::post);
    vec![
        ("/postback", postbacks()),
        ("/postback/{offer_source}", postbacks()),
        ("/ins/{offer_source}", post(ins::receive).otherwise(ins::looked_at)),
    ]
}

/// The routes that say whether the process is well. They ask for no token either.
fn health() -> Vec<Route> {
    vec![("/healthz", get(health::healthz)), ("/readyz", get(health::readyz))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// What `Allow` says of a route that is described with these methods.
    fn allow(item: &serde_json::Value) -> String {
        let has = |method: &str| item.get(method).is_some();
        let words = [
            (has("get"), "GET,HEAD"),
            (has("post"), "POST"),
            (has("delete"), "DELETE"),
            (true, "OPTIONS"),
        ];
        let words: Vec<&str> = words.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        words.join(",")
    }

    #[test]
    fn the_routes_and_their_methods_are_those_of_the_description() {
        let text = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/reference/openapi.json"
        ))
        .unwrap();
        let openapi: serde_json::Value = serde_json::from_str(&text).unwrap();
        let paths = openapi["paths"].as_object().unwrap();
        let described: BTreeMap<&str, String> = paths.iter().map(|(path, item)| (path.as_str(), allow(item))).collect();
        let campaign = (CAMPAIGN, get(click::redirect));
        let open = called().into_iter().chain(health());
        let served = open.chain(api::routes()).chain([campaign]);
        let served: BTreeMap<&str, String> = served
            .map(|(path, methods)| (path, methods.allow().to_owned()))
            .collect();
        assert_eq!(served, described);
    }
}

/// The repository's front page. It is here so that its examples are compiled and run.
#[cfg(all(doctest, feature = "serve"))]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
