//! An answer as the readers of the platforms get it, and what its HTTP status says where its body
//! says nothing.

use super::class::{Class, untold};
use super::outcome::{Outcome, Reading};
use super::shown::code;
use alloc::{format, string::String, vec, vec::Vec};
use core::fmt::Display;
use serde::Deserialize;

/// An answer to a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard<'a> {
    /// The platform's name, with which each reason begins.
    pub(super) platform: &'a str,
    pub(super) status: u16,
    pub(super) body: &'a str,
    /// Whether more of the body was to come.
    pub(super) is_cut: bool,
    /// How many deliveries were sent, or were checked.
    pub(super) rows: usize,
    /// Whether it answers the check of a receipt.
    pub(super) is_check: bool,
    /// Whether the request was only to be checked, and counted nothing.
    pub(super) validates: bool,
}

impl<'a> Heard<'a> {
    /// The body as the platform's JSON.
    ///
    /// # Errors
    /// What follows where it is none, by the HTTP status.
    pub(super) fn json<T: Deserialize<'a>>(&self) -> Result<T, Vec<Reading>> {
        let body = self.body.trim_start_matches('\u{feff}');
        serde_json::from_str(body).map_err(|_| self.without_json())
    }

    /// The same for all deliveries.
    pub(super) fn all(&self, outcome: Outcome, why: impl Display) -> Vec<Reading> {
        vec![Reading::new(outcome, self.reason(why)); self.rows]
    }

    /// The same for all deliveries, of which nothing is to be said.
    pub(super) fn all_plain(&self, outcome: Outcome) -> Vec<Reading> {
        vec![Reading::plain(outcome); self.rows]
    }

    /// What follows from a fault of the request, which names no delivery.
    pub(super) fn fault(&self, class: Class, why: impl Display) -> Vec<Reading> {
        self.all(class.unnamed(self.rows), why)
    }

    /// A reason, with the platform's name before it.
    pub(super) fn reason(&self, why: impl Display) -> String {
        format!("{} {why}", self.platform)
    }

    /// What follows from a code that is not known.
    pub(super) fn unknown(&self, text: &str) -> Vec<Reading> {
        let class = match self.status {
            401 | 403 | 404 | 501 => Class::Settings,
            429 => Class::Rate,
            408 | 425 | 500..=599 => Class::Passing,
            400..=499 => Class::Row,
            // The code says that something is wrong, the status says the contrary.
            _ => Class::Passing,
        };
        self.fault(class, format_args!("{} unknown_code HTTP_{}", code(text), self.status))
    }

    /// What follows from a body that is not the platform's JSON.
    fn without_json(&self) -> Vec<Reading> {
        let status = self.status;
        match status {
            401 | 403 => self.fault(Class::Settings, format_args!("HTTP_{status} credentials, not JSON")),
            // A version of an API that is dead answers so; the account's settings are right.
            404 | 501 => self.fault(
                Class::Settings,
                format_args!("HTTP_{status} version_retired (no such version of the API, or a wrong path), not JSON"),
            ),
            413 => self.all(untold(self.rows), "HTTP_413 too_large"),
            429 => self.fault(Class::Rate, "HTTP_429 too_many_requests, not JSON"),
            500..=599 => self.fault(Class::Passing, format_args!("HTTP_{status} not JSON")),
            _ if self.is_cut => self.all(
                untold(self.rows),
                "answer_cut_off (what became of the rows is not known)",
            ),
            _ => self.fault(Class::Passing, format_args!("HTTP_{status} not JSON")),
        }
    }
}
