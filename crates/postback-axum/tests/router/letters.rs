//! Dead letters: named in the log, counted and aged.

use crate::canary::plain;
use crate::support::{Tested, options, routed};
use postback::delivery::{Cause, Delivery, DeliveryState, Lane};
use postback::drive::LanePolicy;
use postback::model::Method;
use postback::outbound::{Encoding, Hole, HoledText, Outbound};
use postback::plan::Commit;
use postback::port::{Clock, DeliveryFilter, Inspect, PageRequest, Store};
use postback::value::DeliveryId;
use postback_axum::Prometheus;
use postback_service::SystemClock;
use postback_test::Log;
use std::{sync::Arc, time::Duration};
use tokio::{sync::oneshot, time::sleep};

/// A delivery that is given up when it is not answered once.
fn delivery(number: usize, cause: Cause, origin: &str) -> Delivery {
    let now = SystemClock.now();
    let id = DeliveryId::from_parts(now, &[&number.to_string()]);
    let url = HoledText::plain(format!("{origin}/private-path?key=KEY"));
    let mut delivery = Delivery::new(id, cause, Lane::new(origin), now, Outbound::new(Method::Get, url));
    delivery.retry.attempts = 1;
    delivery
}

fn postback() -> Cause {
    let id = "2".repeat(26);
    Cause::postback(
        id.parse().unwrap(),
        "click".parse().unwrap(),
        id.parse().unwrap(),
        "summer".parse().unwrap(),
        "sales".parse().unwrap(),
    )
}

/// Runs the service until so many are dead.
async fn run_until(tested: &Tested, dead: usize) {
    let (stop, until) = oneshot::channel::<()>();
    let running = tokio::spawn(tested.service.clone().run(async { drop(until.await) }));
    for _ in 0..6_000 {
        sleep(Duration::from_millis(10)).await;
        let filter = DeliveryFilter::in_state(DeliveryState::Dead);
        let page = PageRequest::first(1_000);
        if tested.store.inner.deliveries(&filter, &page).await.unwrap().items.len() == dead {
            break;
        }
    }
    stop.send(()).unwrap();
    running.await.unwrap();
}

#[tokio::test]
async fn what_is_given_up_is_named_counted_and_aged() {
    let mut lanes = LanePolicy::default();
    lanes.ailing_after = u32::MAX;
    let recorder = Prometheus::default();
    let handle = recorder.clone();
    let tested = routed(|builder| builder.clock(Arc::new(SystemClock)).lanes(lanes), options());
    let log = Log::default();
    let _logging = plain(&log);
    let _metering = metrics::set_default_local_recorder(&recorder);

    let mut commit = Commit::of(Vec::new(), SystemClock.now());
    let notices = (0..25).map(|number| delivery(number, Cause::notice("cap"), "https://many.example"));
    commit.outbox = notices.collect();
    let mut one = delivery(25, postback(), "https://one.example");
    one.created_at = one.created_at.checked_sub(Duration::from_secs(500)).unwrap();
    let id = one.id.to_string();
    // What was stored first is the oldest.
    commit.outbox.insert(0, one);
    let mut later = delivery(26, Cause::notice("cap"), "https://later.example");
    later.not_before = SystemClock.now().checked_add(Duration::from_secs(900));
    let mut held = delivery(27, Cause::notice("cap"), "https://held.example");
    held.outbound.url.push_hole(Hole::Secret {
        reference: "env:NOT_SET".parse().unwrap(),
        encoding: Encoding::Query,
    });
    commit.outbox.extend([later, held]);
    tested.store.inner.commit(&commit).await.unwrap();
    run_until(&tested, 26).await;

    let text = log.text();
    let named: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("a delivery was given up"))
        .collect();
    let of = |lane: &str| named.iter().filter(|line| line.contains(lane)).count();
    assert_eq!(
        (of("lane=https://many.example"), of("lane=https://one.example")),
        (20, 1),
        "{text}"
    );
    let line = named.iter().find(|line| line.contains(&id)).unwrap();
    for part in [
        "WARN",
        "campaign=\"summer\"",
        "postback=\"sales\"",
        "kind=\"postback\"",
        "finding=",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!text.contains("private-path") && !text.contains("KEY"), "{text}");
    let more = text
        .lines()
        .find(|line| line.contains("more deliveries of a lane were given up"));
    let more = more.unwrap_or_else(|| panic!("{text}"));
    assert!(
        more.contains("lane=https://many.example") && more.contains("more=5"),
        "{more}"
    );

    // They are measured when the service begins, and each minute.
    run_until(&tested, 26).await;
    let metrics = handle.render();
    let value = |name: &str| -> f64 {
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{metrics}")).parse().unwrap()
    };
    for (name, is) in [
        ("postback_dead_letters", 26.0),
        (
            r#"postback_postbacks_total{campaign="summer",postback="sales",outcome="dead"}"#,
            1.0,
        ),
        (r#"postback_delivery_attempts_count{outcome="dead"}"#, 26.0),
        (r#"postback_delivery_attempts_sum{outcome="dead"}"#, 26.0),
        (r#"postback_lane_queued{lane="https://later.example"}"#, 1.0),
        (r#"postback_lane_oldest_due_seconds{lane="https://later.example"}"#, 0.0),
        (r#"postback_lane_held{lane="https://held.example"}"#, 1.0),
    ] {
        assert!((value(name) - is).abs() < f64::EPSILON, "{name}: {metrics}");
    }
    assert!(
        metrics.contains("postback_delivery_request_seconds_count{answer="),
        "{metrics}"
    );
    #[cfg(target_os = "linux")]
    assert!(value("postback_process_resident_bytes") > 1024.0 * 1024.0);
    assert!(
        (500.0..600.0).contains(&value("postback_dead_letter_oldest_seconds")),
        "{metrics}"
    );
}
