//! `docs/reference/metrics.md`: what the numbers say of themselves. With
//! `POSTBACK_WRITE_REFERENCE=1` the test writes it.

use crate::support::{NET_TOKEN, impatient, notification, tested};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    sync::Mutex,
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/metrics.md");
const MADE: &str = "# Metrics\n\n\
    <!-- `POSTBACK_WRITE_REFERENCE=1 cargo test -p postback-axum --test router metrics` writes this. -->\n\n\
    What `GET /metrics` prints, and whatever recorder of the crate `metrics` a host installs. Labels are names and ids \
    of\nthe configuration, outcomes and statuses; no value that a caller chose is one. An alert \
    is for a number\nthat should not move: the log says why it did. `interface` is `ins` (notifications) or `s2s` (postbacks).\n\n";

#[derive(Default)]
struct Told {
    /// By name, what it is and what it means.
    described: Mutex<BTreeMap<String, (&'static str, String)>>,
    /// Each name with the labels that came with it.
    labels: Mutex<BTreeSet<(String, Vec<String>)>>,
}

impl Told {
    fn describe(&self, name: &KeyName, kind: &'static str, means: &SharedString) {
        let told = (kind, means.to_string());
        self.described.lock().unwrap().insert(name.as_str().to_owned(), told);
    }

    fn seen(&self, key: &Key) {
        let labels = key.labels().map(|label| label.key().to_owned()).collect();
        self.labels.lock().unwrap().insert((key.name().to_owned(), labels));
    }
}

impl Recorder for Told {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, means: SharedString) {
        self.describe(&name, "counter", &means);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, means: SharedString) {
        self.describe(&name, "gauge", &means);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, means: SharedString) {
        self.describe(&name, "histogram", &means);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.seen(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.seen(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.seen(key);
        Histogram::noop()
    }
}

/// What a bit of traffic counts.
fn told() -> Told {
    let told = Told::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    with_local_recorder(&told, || {
        runtime.block_on(async {
            let tested = tested();
            let click = tested.click("summer").await;
            tested.postback(&format!("clickid={click}&sum=10")).await;
            tested.postback(&format!("clickid={click}&sum=x")).await;
            tested.get("/postback?token=wrong").await;
            tested.notify(&notification(&click, "SALE", "RECEIPT1")).await;
            tested.get("/nowhere").await;
            drop(
                impatient()
                    .get(&format!("/postback?token={NET_TOKEN}&clickid={click}"))
                    .await,
            );
        });
    });
    told
}

/// The words in backticks.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_number_says_what_it_means_and_by_which_labels() {
    let told = told();
    let described = told.described.lock().unwrap();
    let labels = told.labels.lock().unwrap();
    assert!(labels.len() >= 6, "{labels:?}");
    for (name, labels) in labels.iter() {
        let (_, means) = described.get(name).unwrap_or_else(|| panic!("{name} is not described"));
        for label in labels {
            assert!(quoted(means).contains(label.as_str()), "{name} by {label}: {means}");
        }
    }
    assert!(labels.iter().any(|(name, _)| name == "postback_http_responses_total"));
}

fn deployed(name: &str) -> String {
    fs::read_to_string(format!("{}/../../deploy/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The numbers that a file names. Of a histogram it names a series that the exporter makes of it.
fn named<'t>(text: &'t str, described: &BTreeMap<String, (&'static str, String)>) -> BTreeSet<&'t str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let words = words.filter(|word| word.starts_with("postback_"));
    let number = |word: &'t str| {
        let series = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| word.strip_suffix(end));
        let is = |name: &str, wanted: bool| {
            let known = described.get(name);
            known.is_some_and(|(kind, _)| (*kind == "histogram") == wanted)
        };
        match series {
            Some(name) if is(name, true) => name,
            _ if is(word, false) => word,
            _ => panic!("there is no number `{word}`"),
        }
    };
    words.map(number).collect()
}

#[test]
fn the_dashboard_and_the_alerts_name_numbers_that_there_are() {
    let told = told();
    let described = told.described.lock().unwrap();
    for (file, most) in [("grafana.json", 18), ("alerts.yml", 12), ("alerts.test.yml", 3)] {
        let text = deployed(file);
        let named = named(&text, &described);
        assert!(named.len() >= most, "{file}: {named:?}");
    }
    let dashboard: serde_json::Value = serde_json::from_str(&deployed("grafana.json")).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() >= 12);
}

#[test]
fn what_asks_for_an_alert_has_one() {
    let told = told();
    let described = told.described.lock().unwrap();
    let alerts = deployed("alerts.yml");
    let named = named(&alerts, &described);
    let asking: Vec<_> = described
        .iter()
        .filter(|(_, (_, means))| means.contains("Alert on it"))
        .collect();
    assert!(asking.len() >= 4, "{asking:?}");
    for (name, _) in asking {
        assert!(named.contains(name.as_str()), "{name} has no alert");
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever changed a number asks for its page")]
#[test]
fn the_page_of_metrics_is_what_they_say() {
    let told = told();
    let described = told.described.lock().unwrap();
    let mut page = MADE.to_owned();
    for (name, (kind, means)) in described.iter() {
        page.push_str(&format!("- `{name}`, a {kind}:\n"));
        let mut line = String::from(" ");
        for word in means.split(' ') {
            if line.len() + 1 + word.len() > 116 {
                page.push_str(&format!("{line}\n"));
                line = String::from(" ");
            }
            line = format!("{line} {word}");
        }
        page.push_str(&format!("{line}\n"));
    }
    if env::var_os("POSTBACK_WRITE_REFERENCE").is_some() {
        fs::write(PAGE, &page).unwrap();
    }
    assert!(
        fs::read_to_string(PAGE).unwrap_or_default() == page,
        "docs/reference/metrics.md is an old one; `POSTBACK_WRITE_REFERENCE=1` writes it"
    );
}
