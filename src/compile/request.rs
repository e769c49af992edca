//! The request of a postback: where it goes, what it carries, what answer is success, when it is
//! tried again.

use super::rows::template;
use crate::config::{MAX_ENTRIES, Refusal, Table, duration, status_ranges};
use crate::delivery::{RetryPolicy, SuccessRule};
use crate::model::Method;
use crate::template::{BodyTemplate, UrlTemplate};
use crate::value::Shared;
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
};

/// The keys of a request.
pub(super) const KEYS: &[&str] = &["url", "method", "body", "content_type", "success", "retry"];

/// The most attempts of one delivery: with waits of at least a second each, no receiver is called
/// for longer than it could matter.
pub const MAX_ATTEMPTS: u32 = 100;

pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Option<UrlTemplate>,
    pub(super) body: Option<BodyTemplate>,
    pub(super) success: Shared<SuccessRule>,
    pub(super) retry: RetryPolicy,
}

/// Reads a request whose blanks `values` fill.
pub(super) fn read(row: &Table<'_>, values: &BTreeMap<String, String>) -> Request {
    let body = body(row);
    let method = row.word("method", "a method", Method::ALL);
    if method == Some(Method::Get) && row.has("body") {
        row.problem("method", "a GET has no body");
    }
    Request {
        method: method.unwrap_or(if row.has("body") { Method::Post } else { Method::Get }),
        url: template(row, "url", |text| UrlTemplate::parse_with(text, values)),
        body,
        success: success(row).into(),
        retry: retry(row),
    }
}

fn body(row: &Table<'_>) -> Option<BodyTemplate> {
    let content_type = row.text("content_type").unwrap_or("application/json");
    if !row.has("body") {
        if row.has("content_type") {
            row.problem("content_type", "there is no `body` that it could describe");
        }
        return None;
    }
    template(row, "body", |text| BodyTemplate::parse(text, content_type))
}

fn success(row: &Table<'_>) -> SuccessRule {
    let mut rule = SuccessRule::default();
    let Some(table) = row.table("success") else { return rule };
    table.only(&["status", "body_includes", "body_excludes"]);
    if let Some(status) = table.parsed("status", status_ranges) {
        if status.len() > MAX_ENTRIES {
            table.problem(
                "status",
                format!("has {} ranges, at most {MAX_ENTRIES} are allowed", status.len()),
            );
        }
        rule.status = status;
    }
    let text = |text: &str| match text {
        "" => Err("is empty"),
        text => Ok(text.to_string()),
    };
    rule.body_includes = table.parsed("body_includes", text);
    rule.body_excludes = table.parsed("body_excludes", text);
    rule
}

fn retry(row: &Table<'_>) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    let Some(table) = row.table("retry") else { return policy };
    table.only(&["attempts", "first", "longest"]);
    policy.attempts = table.number("attempts", 1, MAX_ATTEMPTS).unwrap_or(policy.attempts);
    policy.first = table.parsed("first", duration).unwrap_or(policy.first);
    policy.longest = table.parsed("longest", duration).unwrap_or(policy.longest);
    if policy.first > policy.longest {
        let key = if table.has("longest") { "longest" } else { "first" };
        table.problem(key, "the longest wait is shorter than the first one");
    }
    policy
}

/// The values that fill a template's blanks, by the blanks' names.
pub(super) fn values(row: &Table<'_>) -> BTreeMap<String, String> {
    row.parsed_entries("values", |_, value| Ok::<_, Refusal>(value.into()))
}
