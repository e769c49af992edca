#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod body;
mod caller;
mod click;
mod health;
mod host;
mod ingest;
mod ins;
mod journal;
mod meter;
mod postback;
mod refusals;
mod state;

pub use host::{OsEntropy, SystemClock};
pub use journal::{Journal, MAX_JOURNAL, Replayed};
pub use state::{AppState, AppStateBuilder, Limits, MAX_BODY, STORE_TIMEOUT};

use axum::{
    Router,
    handler::Handler,
    http::{HeaderValue, Method, header::ALLOW},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};

/// The routes of a tracker, to be served alone or merged into a service's own router.
///
/// Serve it with `into_make_service_with_connect_info::<SocketAddr>()`, or put a
/// `ConnectInfo<SocketAddr>` into each request: without it callers have no address, so a source
/// with `allow_ips` refuses everybody and `{ip}` is empty.
///
/// No route answers `HEAD`: a click and a postback are news, and what only looks must not make any.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/postback", only_get(postback::get).post(postback::post))
        .route(
            "/postback/{offer_source}",
            only_get(postback::get_from).post(postback::post_from),
        )
        .route("/ins/{offer_source}", post(ins::receive))
        .merge(api::routes(&state))
        .route("/healthz", only_get(health::healthz))
        .route("/{campaign}", only_get(click::redirect))
        .layer(middleware::from_fn(meter::observe))
        .with_state(state)
}

/// `GET` without the `HEAD` that axum would answer with the same handler.
fn only_get<H, T>(handler: H) -> MethodRouter<AppState>
where
    H: Handler<T, AppState>,
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
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
