//! The lists of conversions, events and deliveries.

use super::named::named;
use super::parameters::Parameters;
use super::view::{ConversionView, DeliveryView, EventView, List};
use super::{either, inspect, read};
use crate::answer::{Refusal, json};
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use postback::Conversion;
use postback::delivery::DeliveryState;
use postback::plan::{EventRow, Outcome, Tally};
use postback::port::{ConversionFilter, Cursor, DeliveryFilter, EventFilter};
use postback::value::ClickId;
use std::collections::BTreeMap;

pub(crate) async fn conversions(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["clickid", "receipt", "limit", "after"])?;
        let mut filter = ConversionFilter::default();
        filter.click = parameters.typed("clickid")?;
        filter.receipt = parameters.typed("receipt")?;
        let page = read(&served, inspect(&served).conversions(&filter, &parameters.page()?)).await?;
        let tallies = tallies(&served, &page.items).await?;
        Ok(json(&List::of(page, |conversion| marked(conversion, &tallies))))
    };
    either(answer.await)
}

/// Reads the tallies of the clicks of some conversions.
async fn tallies(served: &Served, conversions: &[Conversion]) -> Result<BTreeMap<ClickId, Vec<Tally>>, Refusal> {
    let mut tallies: BTreeMap<ClickId, Vec<Tally>> = BTreeMap::new();
    for conversion in conversions {
        if !tallies.contains_key(&conversion.click) {
            let of_click = read(served, inspect(served).tallies(&conversion.click)).await?;
            tallies.insert(conversion.click.clone(), of_click);
        }
    }
    Ok(tallies)
}

fn marked(conversion: Conversion, tallies: &BTreeMap<ClickId, Vec<Tally>>) -> ConversionView {
    let of_click = tallies.get(&conversion.click).map(Vec::as_slice).unwrap_or_default();
    ConversionView::new(conversion, of_click)
}

pub(crate) async fn events(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(
            query.as_deref(),
            &["source", "outcome", "receipt", "clickid", "limit", "after"],
        )?;
        let outcomes: Vec<(&str, Outcome)> = Outcome::ALL
            .iter()
            .map(|outcome| (outcome.as_str(), *outcome))
            .collect();
        let mut filter = EventFilter::default();
        filter.source = parameters.typed("source")?;
        filter.outcome = parameters.word("outcome", &outcomes)?;
        filter.receipt = parameters.typed("receipt")?;
        filter.click = parameters.typed("clickid")?;
        let request = parameters.page()?;
        let mut page = read(&served, inspect(&served).events(&filter, &request)).await?;
        let is_first = request.after == Cursor::start();
        if let Some(id) = filter.click.as_ref().filter(|_| is_first && page.items.is_empty()) {
            page.items = unrecorded(&served, id, &filter).await?;
            page.items
                .truncate(usize::try_from(request.limit).unwrap_or(usize::MAX));
        }
        Ok(json(&List::of(page, EventView::new)))
    };
    either(answer.await)
}

/// Finds the events that named a click id which is not recorded.
async fn unrecorded(served: &Served, id: &ClickId, filter: &EventFilter) -> Result<Vec<EventRow>, Refusal> {
    if read(served, inspect(served).click(id)).await?.is_some() {
        return Ok(Vec::new());
    }
    let mut rows = named(served, id).await?.rows;
    rows.retain(|row| {
        filter.source.as_ref().is_none_or(|source| row.event.source == *source)
            && filter.outcome.is_none_or(|outcome| row.outcome == outcome)
            && filter
                .receipt
                .as_ref()
                .is_none_or(|receipt| row.event.receipt.as_ref() == Some(receipt))
    });
    Ok(rows)
}

pub(crate) async fn deliveries(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["state", "clickid", "limit", "after"])?;
        let mut filter = DeliveryFilter::default();
        filter.state = parameters.word("state", &DeliveryState::ALL.map(|state| (state.as_str(), state)))?;
        filter.click = parameters.typed("clickid")?;
        let page = read(&served, inspect(&served).deliveries(&filter, &parameters.page()?)).await?;
        Ok(json(&List::of(page, DeliveryView::new)))
    };
    either(answer.await)
}
