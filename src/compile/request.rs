//! The request of a postback: where it goes, what it carries, which response is success, and when
//! it is tried again.

use crate::config::{MAX_ENTRIES, Place, status_ranges};
use crate::definition::{self, PostbackRequest};
use crate::delivery::{RetryPolicy, SuccessRule};
use crate::lookup::template;
use crate::model::Method;
use crate::template::{BodyTemplate, UrlTemplate};
use crate::value::{SecretReference, Shared};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Option<UrlTemplate>,
    pub(super) body: Option<BodyTemplate>,
    pub(super) success: Shared<SuccessRule>,
    pub(super) retry: RetryPolicy,
    pub(super) sign: Vec<SecretReference>,
}

/// A request. `values` fill the blanks of its URL.
pub(super) fn resolve(row: &PostbackRequest, values: &BTreeMap<String, String>, place: &Place<'_>) -> Request {
    let body = body(row, place);
    if row.method == Some(Method::Get) && row.body.is_some() {
        place.at("method").problem("a GET has no body");
    }
    let usual = if row.body.is_some() { Method::Post } else { Method::Get };
    Request {
        method: row.method.unwrap_or(usual),
        url: url(row, values, &place.at("url")),
        body,
        success: success(row.success.as_ref(), &place.at("success")).into(),
        retry: retry(row.retry, &place.at("retry")),
        sign: sign(row, place),
    }
}

fn url(row: &PostbackRequest, values: &BTreeMap<String, String>, place: &Place<'_>) -> Option<UrlTemplate> {
    let Some(url) = &row.url else {
        place.problem("is missing");
        return None;
    };
    template(UrlTemplate::parse_with(url, values), place)
}

fn body(row: &PostbackRequest, place: &Place<'_>) -> Option<BodyTemplate> {
    let content_type = row.content_type.as_deref();
    let Some(body) = &row.body else {
        if content_type.is_some() {
            let place = place.at("content_type");
            place.problem("there is no `body` that it could describe");
        }
        return None;
    };
    let content_type = content_type.unwrap_or("application/json");
    template(BodyTemplate::parse(body, content_type), &place.at("body"))
}

fn sign(row: &PostbackRequest, place: &Place<'_>) -> Vec<SecretReference> {
    if row.body.is_none() && !row.sign.is_empty() {
        let place = place.at("sign");
        place.problem("there is no `body` that it could sign; receivers of signed requests expect one");
    }
    row.sign.clone()
}

fn success(row: Option<&definition::Success>, place: &Place<'_>) -> SuccessRule {
    let mut rule = SuccessRule::default();
    let Some(row) = row else { return rule };
    if let Some(status) = &row.status {
        let place = place.at("status");
        if let Some(status) = place.accept(status_ranges(status)) {
            if status.len() > MAX_ENTRIES {
                place.problem(format!(
                    "has {} ranges, at most {MAX_ENTRIES} are allowed",
                    status.len()
                ));
            }
            rule.status = status;
        }
    }
    let text = |text: &Option<String>, key| {
        if text.as_deref() == Some("") {
            place.at(key).problem("is empty");
        }
        text.clone()
    };
    rule.body_includes = text(&row.body_includes, "body_includes");
    rule.body_excludes = text(&row.body_excludes, "body_excludes");
    rule
}

pub(super) fn retry(row: Option<definition::Retry>, place: &Place<'_>) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    let Some(row) = row else { return policy };
    policy.attempts = row.attempts.unwrap_or(policy.attempts);
    (policy.first, policy.longest, policy.unless_sent) = (row.first, row.longest, row.unless_sent);
    let longest = row.longest.unwrap_or(RetryPolicy::LONGEST);
    if row.first.is_some_and(|first| first > longest) {
        let key = if row.longest.is_some() { "longest" } else { "first" };
        let place = place.at(key);
        place.problem("the longest wait is shorter than the first one");
    }
    policy
}
