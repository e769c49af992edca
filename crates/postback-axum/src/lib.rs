//! [`postback-service`]: postback_service
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
mod source_name;
mod upload;

#[cfg(feature = "serve")]
pub use connections::{ConnectionLimits, run, run_with, serve};
pub use options::{Limits, MAX_BODY, RouterOptions};

use axum::{Router, middleware};
use methods::{At, get, post};
use options::Served;
use postback_service::Service;

/// Returns the routes of a tracker with the default options; see [`router_with`]. They can be
/// served alone, nested into a service's own router, or merged with it.
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
/// ignored.
pub fn router_with(service: Service, options: RouterOptions) -> Router {
    let campaign = format!("{}/{{campaign}}", options.campaigns_under);
    let served = Served::new(service, options);
    Router::new()
        .at(
            "/postback",
            get(postback::get).head(postback::head).and_post(postback::post),
        )
        .at(
            "/postback/{offer_source}",
            get(postback::get).head(postback::head).and_post(postback::post),
        )
        .at("/ins/{offer_source}", post(ins::receive).otherwise(ins::looked_at))
        .merge(api::routes(&served))
        .at("/healthz", get(health::healthz))
        .at(&campaign, get(click::redirect))
        .layer(middleware::from_fn(observe::observe))
        .with_state(served)
}

/// The repository's front page. It is here so that its examples are compiled and run.
#[cfg(all(doctest, feature = "serve"))]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
