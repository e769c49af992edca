//! When a token is asked for, and what is served meanwhile. The clock is moved.

use crate::endpoint::{CREDENTIAL, Endpoint, Observed, Others, Reply, ask, ask_for, reply, seconds, token, tokens};
use postback::Secret;
use postback::port::Secrets;
use postback::port::http::{BoxFuture, HttpClient, HttpError};
use postback_http::oauth::{Credential, Tokens};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const REFUSED: &str = r#"{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}"#;

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_a_minute_before_it_expires() {
    let endpoint = Endpoint::new([token("a"), token("b")]);
    let tokens = tokens(&endpoint);
    assert_eq!(endpoint.asked(), 0, "nothing is asked for before it is needed");
    assert_eq!(ask(&tokens).await, "a");
    seconds(3539).await;
    assert_eq!(ask(&tokens).await, "a");
    assert_eq!(endpoint.asked(), 1);
    seconds(2).await;
    // The old one is good for long enough.
    assert_eq!(ask(&tokens).await, "a");
    seconds(1).await;
    assert_eq!(ask(&tokens).await, "b");
    assert_eq!(endpoint.asked(), 2);
    assert_eq!(
        endpoint.sent()[1],
        "grant_type=refresh_token&client_id=id&client_secret=CANARY-CLIENT&refresh_token=CANARY-REFRESH"
    );
}

#[tokio::test(start_paused = true)]
async fn fifty_callers_at_once_make_one_request() {
    let endpoint = Endpoint::new([token("a")]);
    let tokens = tokens(&endpoint);
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let tokens = tokens.clone();
            tokio::spawn(async move { ask(&tokens).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "a");
    }
    assert_eq!(endpoint.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_waits_for_four_seconds_and_the_renewal_goes_on() {
    let slow = Reply {
        after: Duration::from_secs(12),
        ..token("a")
    };
    let endpoint = Endpoint::new([slow]);
    let tokens = tokens(&endpoint);
    let began = Instant::now();
    assert_eq!(
        ask(&tokens).await,
        "secret `host:google` has no valid access token: the token endpoint has not answered yet"
    );
    assert_eq!(began.elapsed().as_secs(), 4);
    seconds(9).await;
    assert_eq!(ask(&tokens).await, "a");
    assert_eq!(endpoint.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_cuts_nothing_off() {
    let endpoint = Endpoint::new([token("a")]);
    let tokens = tokens(&endpoint);
    let caller = tokio::spawn({
        let tokens = tokens.clone();
        async move { ask(&tokens).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    caller.abort();
    assert_eq!(ask(&tokens).await, "a");
    assert_eq!(endpoint.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_tried_again_after_a_pause() {
    let endpoint = Endpoint::new([
        reply(500, "oops"),
        reply(200, "<html>sign in</html>"),
        Reply {
            answer: Err(HttpError::Timeout),
            ..token("")
        },
        token("a"),
    ]);
    let observed = Observed::default();
    let credential = Credential::from_json(CREDENTIAL).unwrap();
    let tokens = Tokens::new(Arc::new(Others), endpoint.clone())
        .with_observer(observed.watch())
        .with("google", credential);
    let why = "secret `host:google` has no valid access token: the token endpoint";
    assert_eq!(ask(&tokens).await, format!("{why} answered 500"));
    // It is not asked in the pause.
    assert_eq!(ask(&tokens).await, format!("{why} answered 500"));
    assert_eq!(endpoint.asked(), 1);
    seconds(1).await;
    assert_eq!(
        ask(&tokens).await,
        format!("{why} answered 200 with something that holds no token in JSON")
    );
    seconds(2).await;
    assert_eq!(ask(&tokens).await, format!("{why} was not reached: no answer in time"));
    seconds(4).await;
    assert_eq!(ask(&tokens).await, "a");
    assert_eq!(endpoint.asked(), 4);
    assert_eq!(
        observed.told(),
        ["google failed", "google failed", "google failed", "google renewed"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_old_token_is_served_until_it_expires() {
    let endpoint = Endpoint::new([token("a"), reply(503, ""), reply(400, REFUSED)]);
    let tokens = tokens(&endpoint);
    ask(&tokens).await;
    seconds(3545).await;
    for _ in 0..50 {
        assert_eq!(ask(&tokens).await, "a");
        seconds(1).await;
    }
    seconds(10).await;
    let said = ask(&tokens).await;
    assert!(
        said.contains("`invalid_grant`: the refresh token (or the service account's key) is expired or was revoked"),
        "{said}"
    );
    assert_eq!(endpoint.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_tried_again_rarely() {
    let endpoint = Endpoint::new([reply(400, REFUSED), token("a")]);
    let observed = Observed::default();
    let credential = Credential::from_json(CREDENTIAL).unwrap();
    let tokens = Tokens::new(Arc::new(Others), endpoint.clone())
        .with_observer(observed.watch())
        .with("google", credential);
    // A lane that is held asks once a minute.
    for _ in 0..30 {
        assert!(ask(&tokens).await.contains("invalid_grant"));
        seconds(59).await;
    }
    assert_eq!(endpoint.asked(), 1);
    seconds(60).await;
    assert_eq!(ask(&tokens).await, "a");
    assert_eq!(observed.told(), ["google refused", "google renewed"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_without_the_wanted_scope_is_refused() {
    let scope = "https://www.googleapis.com/auth/datamanager";
    let text = CREDENTIAL.replacen('{', &format!(r#"{{"scope": "{scope} openid","#), 1);
    let with = |granted: &str| {
        let body = format!(r#"{{"access_token": "a", "expires_in": 3600, "scope": "{granted}"}}"#);
        let endpoint = Endpoint::new([reply(200, body)]);
        Tokens::new(Arc::new(Others), endpoint).with("google", Credential::from_json(&text).unwrap())
    };
    assert_eq!(
        ask(&with("https://www.googleapis.com/auth/adwords openid")).await,
        format!("secret `host:google` has no valid access token: the token lacks the scope `{scope}`")
    );
    assert_eq!(ask(&with(&format!("openid {scope}"))).await, "a");
    // An answer without scopes grants what was asked for (RFC 6749, section 5.1).
    let endpoint = Endpoint::new([token("a")]);
    let tokens = Tokens::new(Arc::new(Others), endpoint.clone());
    let tokens = tokens.with("google", Credential::from_json(&text).unwrap());
    assert_eq!(ask(&tokens).await, "a");
    assert!(endpoint.sent()[0].ends_with("&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fdatamanager+openid"));
}

#[tokio::test(start_paused = true)]
async fn two_credentials_have_a_token_each_and_other_secrets_stay_what_they_are() {
    let endpoint = Endpoint::new([token("a"), token("b")]);
    let credential = || Credential::from_json(CREDENTIAL).unwrap();
    let inner = Arc::new(Others);
    let tokens = Tokens::new(inner, endpoint.clone())
        .with("google", credential())
        .with("microsoft", credential());
    assert_eq!(ask_for(&tokens, "host:google").await, "a");
    assert_eq!(ask_for(&tokens, "host:microsoft").await, "b");
    assert_eq!(ask_for(&tokens, "env:OTHER").await, "other");
    assert_eq!(ask_for(&tokens, "env:UNSET").await, "secret `env:UNSET` is not set");
    assert_eq!(
        ask_for(&tokens, "host:gogle").await,
        "secret `host:gogle` is none of the OAuth credentials, which are `google`, `microsoft`"
    );
    assert_eq!(tokens.names().collect::<Vec<_>>(), ["google", "microsoft"]);
}

/// A client that does not keep its promises.
#[derive(Debug)]
struct Panics;

impl HttpClient for Panics {
    fn send(&self, _: http::Request<bytes::Bytes>) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, HttpError>> {
        panic!("as a test wants")
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_panics_has_failed() {
    let credential = Credential::from_json(CREDENTIAL).unwrap();
    let tokens = Tokens::new(Arc::new(Others), Arc::new(Panics)).with("google", credential);
    for _ in 0..3 {
        assert_eq!(
            ask(&tokens).await,
            "secret `host:google` has no valid access token: the renewal was cut off"
        );
        seconds(10).await;
    }
}

#[tokio::test]
async fn a_dry_run_asks_for_no_token() {
    let endpoint = Endpoint::new([token("a")]);
    let credential = Credential::from_json(CREDENTIAL).unwrap();
    let tokens = Tokens::new(Arc::new(Others), endpoint.clone()).with("google", credential);
    assert_eq!(
        ask(&tokens.without_asking()).await,
        "secret `host:google` is an access token, and none is asked for in a dry run"
    );
    assert_eq!(endpoint.asked(), 0);
}

/// What a receiver's refusal of a token came to.
fn refuse(tokens: &Tokens, token: &str) -> bool {
    tokens.refused(&"host:google".parse().unwrap(), &Secret::from(token))
}

#[tokio::test(start_paused = true)]
async fn a_token_that_a_receiver_refuses_is_renewed_once_and_whoever_asks_waits_for_the_next() {
    let endpoint = Endpoint::new([token("a"), token("b"), token("c")]);
    let tokens = tokens(&endpoint);
    assert_eq!(ask(&tokens).await, "a");
    assert!(refuse(&tokens, "a") && refuse(&tokens, "a"));
    assert_eq!(ask(&tokens).await, "b");
    // A request that was under way with the old one.
    assert!(refuse(&tokens, "a"));
    assert!(!refuse(&tokens, "b"), "its successor was refused as well");
    assert_eq!(ask(&tokens).await, "b");
    assert_eq!(endpoint.asked(), 2);
    // Other secrets do not renew themselves.
    assert!(!tokens.refused(&"env:OTHER".parse().unwrap(), &Secret::from("other")));
    assert_eq!(tokens.renewing(&"env:OTHER".parse().unwrap()), None);
}

#[tokio::test(start_paused = true)]
async fn a_person_can_see_when_the_token_expires_and_that_it_is_refused() {
    let endpoint = Endpoint::new([token("a"), reply(400, REFUSED)]);
    let tokens = tokens(&endpoint);
    let known = || tokens.renewing(&"host:google".parse().unwrap()).unwrap();
    assert_eq!((known().expires_in, known().trouble), (None, None));
    assert_eq!(ask(&tokens).await, "a");
    seconds(600).await;
    assert_eq!(known().expires_in, Some(Duration::from_secs(3000)));
    seconds(3000).await;
    ask(&tokens).await;
    let trouble = known().trouble.unwrap();
    assert!(
        trouble.refused && trouble.why.contains("`invalid_grant`"),
        "{trouble:?}"
    );
    assert_eq!((known().expires_in, trouble.since.as_secs()), (None, 0));
}
