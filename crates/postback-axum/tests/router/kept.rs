//! How long a running service keeps rows, and for how long it decides waiting events again.

use crate::support::{CONFIG, Tested, compiled, tested_with};
use postback::plan::Outcome;
use postback::port::{Clock, Inspect, Store};
use postback::testing::SettableClock;
use postback::{Click, Timestamp};
use std::{sync::Arc, time::Duration};
use tokio::{sync::oneshot, time::sleep};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A service whose configuration has this table, and its clock.
fn keeping(retention: &str) -> (Tested, Arc<SettableClock>) {
    let clock = Arc::new(SettableClock::new("2026-04-01T00:00:00Z".parse().unwrap()));
    let shown = clock.clone();
    let tested = tested_with(|builder| builder.clock(shown));
    let tracker = compiled(&format!("{CONFIG}\n{retention}")).unwrap_or_else(|problems| panic!("{problems:?}"));
    tested.replace(tracker);
    (tested, clock)
}

async fn record(tested: &Tested, id: &str, at: Timestamp) {
    let ids = (
        "summer".parse().unwrap(),
        "book".parse().unwrap(),
        "net".parse().unwrap(),
    );
    let click = Click::new(id.parse().unwrap(), at, ids.0, ids.1, ids.2, "push".parse().unwrap());
    tested.store.inner.record(&[click]).await.unwrap();
}

/// Lets the service do its first rounds.
async fn run(tested: &Tested) {
    let (stop, until) = oneshot::channel::<()>();
    let running = tokio::spawn(tested.service.clone().run(async { drop(until.await) }));
    sleep(Duration::from_millis(200)).await;
    stop.send(()).unwrap();
    running.await.unwrap();
}

async fn known(tested: &Tested, id: &str) -> bool {
    let id = id.parse().unwrap();
    tested.store.inner.click(&id).await.unwrap().is_some()
}

#[tokio::test(start_paused = true)]
async fn rows_are_deleted_when_the_configuration_says_so_and_else_never() {
    for (retention, stays) in [("", true), ("[retention]\nclicks = \"90d\"\nevents = \"180d\"", false)] {
        let (tested, clock) = keeping(retention);
        let began = clock.now();
        record(&tested, "bare", began).await;
        record(&tested, "sold", began).await;
        assert_eq!(
            tested.postback("clickid=sold&sum=8.5&eventid=E1").await.json()["outcome"],
            "applied"
        );
        tested.fail_all().await;
        clock.advance(HOUR * 24 * 100);
        record(&tested, "young", clock.now()).await;
        run(&tested).await;
        assert_eq!(
            (known(&tested, "bare").await, known(&tested, "sold").await),
            (stays, true),
            "{retention}"
        );
        clock.advance(HOUR * 24 * 81);
        run(&tested).await;
        assert_eq!(
            (known(&tested, "young").await, known(&tested, "sold").await),
            (true, stays),
            "{retention}"
        );
        assert_eq!(
            (tested.events().await.len(), tested.conversions().await.len()),
            if stays { (1, 1) } else { (0, 0) }
        );
        // The network repeats it: what was counted once is never counted again.
        let again = tested.postback("clickid=sold&sum=8.5&eventid=E1").await.json()["outcome"].clone();
        assert_eq!(again, if stays { "duplicate" } else { "unattributed" });
        assert_eq!(tested.conversions().await.len(), usize::from(stays));
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_is_decided_again_until_it_has_waited_long_enough() {
    for (retention, first) in [
        ("", Outcome::Applied),
        ("[retention]\nwaiting = \"3h\"", Outcome::Unattributed),
    ] {
        let (tested, clock) = keeping(retention);
        let began = clock.now();
        for id in ["first", "second"] {
            let query = format!("clickid={id}&sum=8.5&eventid={id}");
            assert_eq!(tested.postback(&query).await.json()["outcome"], "unattributed");
            clock.advance(HOUR * 2);
        }
        record(&tested, "first", began).await;
        record(&tested, "second", began).await;
        run(&tested).await;
        let outcomes: Vec<_> = tested.events().await.iter().rev().map(|row| row.outcome).collect();
        assert_eq!(outcomes, [first, Outcome::Applied], "{retention}");
        // Its own message once more still finds the click.
        if first == Outcome::Unattributed {
            let again = tested.postback("clickid=first&sum=8.5&eventid=first").await;
            assert_eq!(again.json()["outcome"], "applied");
        }
    }
}
