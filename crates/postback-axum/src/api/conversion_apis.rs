//! Shows whether ad platforms take what they are told.

use super::parameters::Parameters;
use super::view::List;
use super::{either, read};
use crate::answer::json;
use crate::options::Served;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use postback::port::Page;

pub(crate) async fn conversion_apis(State(served): State<Served>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        let items = read(&served, Box::pin(served.service().conversion_apis())).await?;
        Ok(json(&List::of(Page { items, next: None }, |item| item)))
    };
    either(answer.await)
}
