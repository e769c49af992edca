//! The numbers in Prometheus' text form. The usual exporter of the crate `metrics` brings twenty
//! crates for quantiles, idle series and a listener, none of which is used here.

use metrics::{Counter, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use thiserror::Error;

/// The upper ends of the buckets of what is measured in seconds: from half a millisecond of a good
/// disk to the longest request.
const SECONDS: [f64; 15] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0,
];
/// Those of what is counted: calls of a transaction, attempts of a delivery.
const COUNTS: [f64; 12] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// A recorder of the crate `metrics` that prints what `/metrics` answers: see
/// [`with_metrics`](crate::RouterOptions::with_metrics). Clones share the numbers. A histogram
/// whose name ends in `_seconds` has buckets from half a millisecond to 15 seconds, and any other
/// one from 1 to 256. A host that wants other ones, or has a recorder of its own, installs that.
///
/// ```
/// use postback_axum::{Prometheus, RouterOptions};
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let numbers = Prometheus::default();
///     numbers.clone().install()?;
///     let options = RouterOptions::new().with_metrics(move || numbers.render());
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Prometheus(Arc<Mutex<Numbers>>);

/// The error for a process that has a recorder of metrics already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this process has a recorder of metrics already; print its output by `RouterOptions::with_metrics`")]
pub struct InstallError(());

#[derive(Debug, Default)]
struct Numbers {
    /// What each number means, by its name.
    means: BTreeMap<String, SharedString>,
    counters: BTreeMap<Key, Arc<AtomicU64>>,
    gauges: BTreeMap<Key, Arc<AtomicU64>>,
    histograms: BTreeMap<Key, Arc<Buckets>>,
}

#[derive(Debug)]
struct Buckets {
    ends: &'static [f64],
    /// How many values fell into each; the last one has no end.
    counts: Vec<AtomicU64>,
    /// The sum of all values, as a gauge keeps it.
    sum: AtomicU64,
}

impl Prometheus {
    /// Makes it the recorder of the process.
    ///
    /// # Errors
    /// A process that has a recorder already.
    pub fn install(self) -> Result<(), InstallError> {
        metrics::set_global_recorder(self).map_err(|_| InstallError(()))
    }

    /// Prints every number, in the order of their names, of each kind apart.
    #[must_use]
    pub fn render(&self) -> String {
        let numbers = self.numbers();
        let mut page = Page::new(&numbers.means);
        for (key, value) in &numbers.counters {
            page.head(key, "counter");
            page.line(key, "", None, value.load(Ordering::Relaxed));
        }
        for (key, value) in &numbers.gauges {
            page.head(key, "gauge");
            page.line(key, "", None, f64::from_bits(value.load(Ordering::Relaxed)));
        }
        for (key, buckets) in &numbers.histograms {
            page.head(key, "histogram");
            let mut count = 0_u64;
            let ends = buckets.ends.iter().map(ToString::to_string);
            for (end, more) in ends.chain(["+Inf".to_owned()]).zip(&buckets.counts) {
                count = count.saturating_add(more.load(Ordering::Relaxed));
                page.line(key, "_bucket", Some(&end), count);
            }
            page.line(key, "_sum", None, f64::from_bits(buckets.sum.load(Ordering::Relaxed)));
            page.line(key, "_count", None, count);
        }
        page.text
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn describe(&self, name: &KeyName, means: SharedString) {
        self.numbers().means.insert(name.as_str().to_owned(), means);
    }
}

/// The page that is printed.
struct Page<'a> {
    means: &'a BTreeMap<String, SharedString>,
    /// The number whose head was printed last.
    last: String,
    text: String,
}

impl<'a> Page<'a> {
    fn new(means: &'a BTreeMap<String, SharedString>) -> Self {
        let (last, text) = (String::new(), String::new());
        Self { means, last, text }
    }

    /// Prints what a number means and is, in front of its first line.
    fn head(&mut self, key: &Key, kind: &str) {
        let name = key.name();
        if self.last == name {
            return;
        }
        if let Some(means) = self.means.get(name) {
            let means = means.replace('\\', r"\\").replace('\n', r"\n");
            self.write(format_args!("# HELP {name} {means}\n"));
        }
        self.write(format_args!("# TYPE {name} {kind}\n"));
        name.clone_into(&mut self.last);
    }

    fn line(&mut self, key: &Key, series: &str, end: Option<&str>, value: impl std::fmt::Display) {
        let labels = key.labels().map(|label| (label.key(), label.value()));
        let mut open = '{';
        self.write(format_args!("{}{series}", key.name()));
        for (name, value) in labels.chain(end.map(|end| ("le", end))) {
            let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            self.write(format_args!("{open}{name}=\"{value}\""));
            open = ',';
        }
        let close = if open == ',' { "}" } else { "" };
        self.write(format_args!("{close} {value}\n"));
    }

    fn write(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing into a text never fails.
        let _ = self.text.write_fmt(what);
    }
}

impl Recorder for Prometheus {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, means: SharedString) {
        self.describe(&name, means);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, means: SharedString) {
        self.describe(&name, means);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, means: SharedString) {
        self.describe(&name, means);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(known(&mut self.numbers().counters, key, AtomicU64::default))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(known(&mut self.numbers().gauges, key, AtomicU64::default))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let new = || Buckets::new(key.name());
        Histogram::from_arc(known(&mut self.numbers().histograms, key, new))
    }
}

/// The number with this key, which is made where there is none.
fn known<T>(numbers: &mut BTreeMap<Key, Arc<T>>, key: &Key, new: impl FnOnce() -> T) -> Arc<T> {
    if let Some(known) = numbers.get(key) {
        return known.clone();
    }
    let made = Arc::new(new());
    numbers.insert(key.clone(), made.clone());
    made
}

impl Buckets {
    fn new(name: &str) -> Self {
        let ends: &'static [f64] = if name.ends_with("_seconds") { &SECONDS } else { &COUNTS };
        Self {
            ends,
            counts: (0..=ends.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0.0_f64.to_bits()),
        }
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        let place = self.ends.iter().position(|end| value <= *end);
        if let Some(count) = self.counts.get(place.unwrap_or(self.ends.len())) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        GaugeFn::increment(&self.sum, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::{counter, describe_counter, describe_histogram, gauge, histogram, with_local_recorder};
    use std::time::Duration;

    fn page(record: impl FnOnce()) -> Vec<String> {
        let numbers = Prometheus::default();
        with_local_recorder(&numbers, record);
        numbers.render().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_number_says_what_it_means_and_each_of_its_labels_has_a_line() {
        let page = page(|| {
            describe_counter!("a_total", "Counts \\ of\nwhat");
            counter!("a_total", "by" => "x\"y\\z\n").increment(2);
            counter!("a_total", "by" => "b", "and" => "c").increment(1);
            counter!("a_total", "by" => "b", "and" => "c").increment(4);
            gauge!("b").set(1.5);
            gauge!("b").decrement(2.0);
        });
        assert_eq!(
            page,
            [
                r"# HELP a_total Counts \\ of\nwhat",
                "# TYPE a_total counter",
                r#"a_total{by="x\"y\\z\n"} 2"#,
                r#"a_total{by="b",and="c"} 5"#,
                "# TYPE b gauge",
                "b -0.5",
            ]
        );
    }

    #[test]
    fn a_histogram_counts_what_is_at_most_as_much_as_the_end_of_each_bucket() {
        let page = page(|| {
            describe_histogram!("t_seconds", "Times");
            for millis in [1, 250, 251, 60_000] {
                histogram!("t_seconds", "by" => "x").record(Duration::from_millis(millis));
            }
            histogram!("calls").record(256.0);
        });
        for line in [
            "# TYPE calls histogram",
            r#"calls_bucket{le="128"} 0"#,
            r#"calls_bucket{le="256"} 1"#,
            r#"calls_bucket{le="+Inf"} 1"#,
            "calls_sum 256",
            "calls_count 1",
            "# HELP t_seconds Times",
            "# TYPE t_seconds histogram",
            r#"t_seconds_bucket{by="x",le="0.0005"} 0"#,
            r#"t_seconds_bucket{by="x",le="0.001"} 1"#,
            r#"t_seconds_bucket{by="x",le="0.25"} 2"#,
            r#"t_seconds_bucket{by="x",le="0.5"} 3"#,
            r#"t_seconds_bucket{by="x",le="15"} 3"#,
            r#"t_seconds_bucket{by="x",le="+Inf"} 4"#,
            r#"t_seconds_sum{by="x"} 60.502"#,
            r#"t_seconds_count{by="x"} 4"#,
        ] {
            assert!(page.iter().any(|found| found == line), "{line}: {page:#?}");
        }
        assert_eq!(page.len(), 2 + 16 + 2 + 1 + 13 + 2);
    }
}
