//! Every list of `Inspect`, by each of its filters: the first page, and a page deep in the list.

use super::{
    Question,
    subject::{Found, Subject, first},
};
use postback::delivery::DeliveryState;
use postback::event::Interface;
use postback::plan::{Outcome, RefusedReason};
use postback::port::{ConversionFilter, DeliveryFilter, EventFilter, RefusedFilter};

pub(super) const ALL: &[Question] = &[
    Question::new("events", |file, _| file.events(EventFilter::default(), first())),
    Question::new("events, deep", |file, _| {
        file.events(EventFilter::default(), file.deep('e'))
    }),
    Question::new("events of a source that many have", |file, _| {
        file.events(of(Some("net"), None), first())
    }),
    Question::new("events of it, deep", |file, _| {
        file.events(of(Some("net"), None), file.deep('e'))
    }),
    Question::new("events of a source that nobody has", |file, _| {
        file.events(of(Some("other"), None), first())
    }),
    Question::new("events with an outcome that most have", |file, _| {
        file.events(of(None, Some(Outcome::Applied)), first())
    }),
    Question::new("events with it, deep", |file, _| {
        file.events(of(None, Some(Outcome::Applied)), file.deep('e'))
    }),
    Question::new("events with an outcome that one in a hundred has", |file, _| {
        file.events(of(None, Some(Outcome::Unattributed)), first())
    }),
    Question::new("events with an outcome that twenty have", |file, _| {
        file.events(of(None, Some(Outcome::Test)), first())
    }),
    Question::new("events with an outcome that nobody has", |file, _| {
        file.events(of(None, Some(Outcome::Expired)), first())
    }),
    Question::new("events of a source with an outcome that many have", |file, _| {
        file.events(of(Some("net"), Some(Outcome::Applied)), first())
    }),
    Question::new("events of a source with an outcome that ten have", |file, _| {
        file.events(of(Some("net"), Some(Outcome::Test)), first())
    }),
    Question::new("events with a receipt", |file, time| {
        file.events(with_receipt(file, time, None), first())
    }),
    Question::new("events with a receipt and an outcome", |file, time| {
        file.events(with_receipt(file, time, Some(Outcome::Applied)), first())
    }),
    Question::new("events of a click", |file, time| {
        file.events(of_click(file, time, None), first())
    }),
    Question::new("events of a click with an outcome", |file, time| {
        file.events(of_click(file, time, Some(Outcome::Applied)), first())
    }),
    Question::new("conversions", |file, _| {
        file.conversions(ConversionFilter::default(), first())
    }),
    Question::new("conversions, deep", |file, _| {
        file.conversions(ConversionFilter::default(), file.deep('c'))
    }),
    Question::new("a conversion", |file, time| {
        file.conversions(ConversionFilter::of_id(file.conversion(time).id.clone()), first())
    }),
    Question::new("conversions of a click", |file, time| {
        let click = file.conversion(time).click.clone();
        file.conversions(ConversionFilter::of_click(click), first())
    }),
    Question::new("conversions with a receipt", |file, time| {
        let mut filter = ConversionFilter::default();
        filter.receipt.clone_from(&file.event(time).event.receipt);
        file.conversions(filter, first())
    }),
    Question::new("deliveries", |file, _| {
        file.deliveries(DeliveryFilter::default(), first())
    }),
    Question::new("deliveries, deep", |file, _| {
        file.deliveries(DeliveryFilter::default(), file.deep('d'))
    }),
    Question::new("deliveries, queued", |file, _| in_state(file, DeliveryState::Queued)),
    Question::new("deliveries, queued, deep", |file, _| deep(file, DeliveryState::Queued)),
    Question::new("deliveries, accepted", |file, _| {
        in_state(file, DeliveryState::Accepted)
    }),
    Question::new("deliveries, delivered", |file, _| {
        in_state(file, DeliveryState::Delivered)
    }),
    Question::new("deliveries, delivered, deep", |file, _| {
        deep(file, DeliveryState::Delivered)
    }),
    Question::new("deliveries, dead", |file, _| in_state(file, DeliveryState::Dead)),
    Question::new("a delivery", |file, time| {
        file.deliveries(DeliveryFilter::of_id(file.delivery(time).delivery.id.clone()), first())
    }),
    Question::new("deliveries of a conversion", |file, time| {
        file.deliveries(of_conversion(file, time, None), first())
    }),
    Question::new("deliveries of a conversion in a state", |file, time| {
        let state = file.delivery(time).state;
        file.deliveries(of_conversion(file, time, Some(state)), first())
    }),
    Question::new("deliveries of a click", |file, time| {
        let mut filter = DeliveryFilter::default();
        filter.click = file.delivery(time).delivery.cause.click().cloned();
        file.deliveries(filter, first())
    }),
    Question::new("refused", |file, _| file.refused(RefusedFilter::default())),
    Question::new("refused of a source", |file, _| file.refused(of_net(None))),
    Question::new("refused by an interface", |file, _| {
        let mut filter = RefusedFilter::default();
        filter.interface = Some(Interface::Ins);
        file.refused(filter)
    }),
    Question::new("refused for a reason that twenty have", |file, _| {
        let mut filter = RefusedFilter::default();
        filter.reason = Some(RefusedReason::Repeated);
        file.refused(filter)
    }),
    Question::new("refused of a source for a reason that twenty have", |file, _| {
        file.refused(of_net(Some(RefusedReason::Repeated)))
    }),
    Question::new("refused of a click", |file, time| {
        let mut filter = RefusedFilter::default();
        filter.click.clone_from(&file.refusal(time).click);
        file.refused(filter)
    }),
];

fn of(source: Option<&str>, outcome: Option<Outcome>) -> EventFilter {
    let mut filter = EventFilter::default();
    filter.source = source.and_then(|source| source.parse().ok());
    filter.outcome = outcome;
    filter
}

fn with_receipt(file: &Subject, time: usize, outcome: Option<Outcome>) -> EventFilter {
    let mut filter = of(None, outcome);
    filter.receipt.clone_from(&file.event(time).event.receipt);
    filter
}

fn of_click(file: &Subject, time: usize, outcome: Option<Outcome>) -> EventFilter {
    let mut filter = of(None, outcome);
    filter.click.clone_from(&file.event(time).click);
    filter
}

fn in_state(file: &Subject, state: DeliveryState) -> Found<'_> {
    file.deliveries(DeliveryFilter::in_state(state), first())
}

fn deep(file: &Subject, state: DeliveryState) -> Found<'_> {
    file.deliveries(DeliveryFilter::in_state(state), file.deep('d'))
}

fn of_conversion(file: &Subject, time: usize, state: Option<DeliveryState>) -> DeliveryFilter {
    let mut filter = DeliveryFilter::default();
    filter.conversion = file.delivery(time).delivery.cause.conversion().cloned();
    filter.state = state;
    filter
}

fn of_net(reason: Option<RefusedReason>) -> RefusedFilter {
    let mut filter = RefusedFilter::default();
    filter.source = "net".parse().ok();
    filter.reason = reason;
    filter
}
