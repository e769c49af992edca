//! A file of one size, and rows of it that questions are about.

use super::fill;
use crate::durable;
use crate::load::{Failure, world::WINDOW, world::World};
use crate::numbers::Numbers;
use postback::Timestamp;
use postback::delivery::DeliveryRow;
use postback::plan::{EventRow, RefusedRow};
use postback::port::{
    ConversionFilter, Cursor, DeliveryFilter, EventFilter, Inspect, Page, PageRequest, RefusedFilter, StoreError,
};
use postback::value::ClickId;
use postback::{Conversion, plan::Outcome};
use postback_sqlite::SqliteStore;
use std::{path::Path, pin::Pin};
use tokio::runtime::Runtime;

/// How many rows of each kind the questions are about.
const SAMPLES: usize = 64;
/// How many rows a page has.
const PAGE: u32 = 50;

/// How many rows are found, later.
pub(super) type Found<'a> = Pin<Box<dyn Future<Output = Result<usize, Failure>> + 'a>>;

/// A store with so many sales.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) store: SqliteStore,
    runtime: Runtime,
    sales: u64,
    events: Vec<EventRow>,
    conversions: Vec<Conversion>,
    deliveries: Vec<DeliveryRow>,
    refused: Vec<RefusedRow>,
}

impl Subject {
    pub(super) fn open(file: &Path, sales: u64) -> Result<Self, Failure> {
        let mut subject = Self {
            store: durable::open(file)?,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            sales,
            events: Vec::new(),
            conversions: Vec::new(),
            deliveries: Vec::new(),
            refused: Vec::new(),
        };
        let mut numbers = Numbers::new(sales);
        while subject.deliveries.len() < SAMPLES {
            let number = numbers.draw() % (sales / 2);
            subject.sample(2 + number)?;
        }
        Ok(subject)
    }

    /// Adds the rows before a number, if the event has a click and a receipt.
    fn sample(&mut self, number: u64) -> Result<(), Failure> {
        let one = |list| PageRequest {
            after: Cursor::from_text(format!("{list}{number}")),
            limit: 1,
        };
        let refused = PageRequest {
            after: Cursor::from_text(format!("r{}", 2 + number % fill::REFUSED)),
            limit: 2,
        };
        let sampled = async {
            let events = self.store.events(&EventFilter::default(), &one('e')).await?;
            let conversions = self.store.conversions(&ConversionFilter::default(), &one('c')).await?;
            let deliveries = self.store.deliveries(&DeliveryFilter::default(), &one('d')).await?;
            let refused = self.store.refused(&RefusedFilter::default(), &refused).await?;
            Ok::<_, StoreError>((events.items, conversions.items, deliveries.items, refused.items))
        };
        let (events, conversions, deliveries, refused) = self.runtime.block_on(sampled)?;
        let is_sale = |row: &EventRow| row.outcome == Outcome::Applied && row.event.receipt.is_some();
        if events.iter().any(is_sale) {
            self.events.extend(events);
            self.conversions.extend(conversions);
            self.deliveries.extend(deliveries);
            // Of two neighbours one is a postback, which names its click.
            self.refused
                .extend(refused.into_iter().filter(|row| row.click.is_some()));
        }
        Ok(())
    }

    /// Waits for an answer.
    pub(super) fn wait<T>(&self, asked: Pin<Box<dyn Future<Output = Result<T, Failure>> + '_>>) -> Result<T, Failure> {
        self.runtime.block_on(asked)
    }

    pub(super) fn event(&self, time: usize) -> &EventRow {
        pick(&self.events, time)
    }

    pub(super) fn conversion(&self, time: usize) -> &Conversion {
        pick(&self.conversions, time)
    }

    pub(super) fn delivery(&self, time: usize) -> &DeliveryRow {
        pick(&self.deliveries, time)
    }

    pub(super) fn refusal(&self, time: usize) -> &RefusedRow {
        pick(&self.refused, time)
    }

    pub(super) const fn sales(&self) -> u64 {
        self.sales
    }

    /// A click of the last tenth, none of which was deleted.
    pub(super) fn young(&self, time: usize) -> Result<ClickId, Failure> {
        let number = u64::try_from(time)? * 7 + 1 + self.sales / 10 * 9;
        Ok(World::new()?.click(number)?.id)
    }

    /// When the last sale was told.
    pub(super) fn now(&self) -> Result<Timestamp, Failure> {
        World::at(self.sales + WINDOW)
    }

    /// The page that begins after nine tenths of a list, by the letter of its cursors.
    pub(super) fn deep(&self, list: char) -> PageRequest {
        PageRequest {
            after: Cursor::from_text(format!("{list}{}", self.sales / 10)),
            limit: PAGE,
        }
    }

    pub(super) fn events(&self, filter: EventFilter, page: PageRequest) -> Found<'_> {
        Box::pin(async move { Ok(rows(self.store.events(&filter, &page).await?)) })
    }

    pub(super) fn conversions(&self, filter: ConversionFilter, page: PageRequest) -> Found<'_> {
        Box::pin(async move { Ok(rows(self.store.conversions(&filter, &page).await?)) })
    }

    pub(super) fn deliveries(&self, filter: DeliveryFilter, page: PageRequest) -> Found<'_> {
        Box::pin(async move { Ok(rows(self.store.deliveries(&filter, &page).await?)) })
    }

    pub(super) fn refused(&self, filter: RefusedFilter) -> Found<'_> {
        Box::pin(async move { Ok(rows(self.store.refused(&filter, &first()).await?)) })
    }
}

fn rows<T>(page: Page<T>) -> usize {
    page.items.len()
}

/// The first page.
pub(super) fn first() -> PageRequest {
    PageRequest::first(PAGE)
}

/// The row that is asked about this time.
fn pick<T>(rows: &[T], time: usize) -> &T {
    let place = time.checked_rem(rows.len()).unwrap_or_default();
    #[allow(clippy::indexing_slicing, reason = "there are samples of each kind")]
    &rows[place]
}
