#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod body;
mod caller;
mod click;
#[cfg(feature = "serve")]
mod connections;
mod health;
mod ins;
mod observe;
mod options;
mod postback;

#[cfg(feature = "serve")]
pub use connections::{ConnectionLimits, run, run_with, serve};
pub use options::{Limits, MAX_BODY, RouterOptions};

use axum::{
    Router,
    handler::Handler,
    http::{HeaderValue, Method, header::ALLOW},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use options::Served;
use postback_service::Service;

/// The routes of a tracker, to be served alone, nested into a service's own router or merged with
/// it, with everything as it usually is: see [`router_with`].
pub fn router(service: Service) -> Router {
    router_with(service, RouterOptions::new())
}

/// The routes of a tracker, with options.
///
/// Serve them with `into_make_service_with_connect_info::<SocketAddr>()`, or put a
/// `ConnectInfo<SocketAddr>` into each request: without it callers have no address, so a source
/// with `allow_ips` refuses everybody and `{ip}` is empty.
///
/// No route answers `HEAD`: a click and a postback are news, and what only looks must not make any.
pub fn router_with(service: Service, options: RouterOptions) -> Router {
    let campaign = format!("{}/{{campaign}}", options.campaigns_under);
    let served = Served::new(service, options);
    Router::new()
        .route("/postback", only_get(postback::get).post(postback::post))
        .route(
            "/postback/{offer_source}",
            only_get(postback::get_from).post(postback::post_from),
        )
        .route("/ins/{offer_source}", post(ins::receive))
        .merge(api::routes(&served))
        .route("/healthz", only_get(health::healthz))
        .route(&campaign, only_get(click::redirect))
        .layer(middleware::from_fn(observe::observe))
        .with_state(served)
}

/// `GET` without the `HEAD` that axum would answer with the same handler.
fn only_get<H, T>(handler: H) -> MethodRouter<Served>
where
    H: Handler<T, Served>,
    T: 'static,
{
    get(handler).head(no_head)
}

async fn no_head(method: Method) -> Response {
    debug_assert_eq!(method, Method::HEAD);
    (
        http::StatusCode::METHOD_NOT_ALLOWED,
        [(ALLOW, HeaderValue::from_static("GET"))],
    )
        .into_response()
}

/// The repository's front page, so that its examples compile and run.
#[cfg(all(doctest, feature = "serve"))]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
