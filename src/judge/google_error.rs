//! `google.rpc.Status`, in which all of Google's interfaces put their errors.

use super::class::Class;
use super::scalar::Scalar;
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use serde::Deserialize;

/// An error of a whole request, or the list of a partial failure.
#[derive(Debug, Deserialize)]
pub(super) struct Status<'a> {
    /// The canonical code, as in `INVALID_ARGUMENT`.
    #[serde(borrow, default)]
    pub(super) status: Scalar<'a>,
    #[serde(borrow, default)]
    details: Option<Vec<Detail<'a>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    /// Of an `ErrorInfo`.
    #[serde(borrow, default)]
    reason: Scalar<'a>,
    /// Of a `BadRequest`.
    #[serde(borrow, default)]
    field_violations: Option<Vec<Violation<'a>>>,
    /// Of a `GoogleAdsFailure`.
    #[serde(borrow, default)]
    errors: Option<Vec<AdsError<'a>>>,
}

/// A field that is wrong.
#[derive(Debug, Deserialize)]
pub(super) struct Violation<'a> {
    #[serde(borrow, default)]
    pub(super) field: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) reason: Scalar<'a>,
}

/// An error of the Ads API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AdsError<'a> {
    /// One member: the family, as in `conversionUploadError`, and the code in it.
    #[serde(borrow, default)]
    error_code: BTreeMap<String, Scalar<'a>>,
    #[serde(borrow, default)]
    location: Option<Location<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(borrow, default)]
    field_path_elements: Option<Vec<Step<'a>>>,
}

#[derive(Debug, Deserialize)]
struct Step<'a> {
    #[serde(borrow, default)]
    index: Scalar<'a>,
}

impl<'a> Status<'a> {
    fn details(&self) -> impl Iterator<Item = &Detail<'a>> {
        self.details.iter().flatten()
    }

    /// The reasons of the whole error.
    pub(super) fn reasons(&self) -> impl Iterator<Item = &'a str> {
        self.details()
            .map(|detail| detail.reason.text())
            .filter(|reason| !reason.is_empty())
    }

    /// The fields that are wrong.
    pub(super) fn violations(&self) -> impl Iterator<Item = &Violation<'a>> {
        self.details()
            .flat_map(|detail| detail.field_violations.iter().flatten())
    }

    /// The errors of the Ads API.
    pub(super) fn errors(&self) -> impl Iterator<Item = &AdsError<'a>> {
        self.details().flat_map(|detail| detail.errors.iter().flatten())
    }

    /// The class of the canonical code; none where it says only that the request is wrong.
    pub(super) fn class(&self) -> Option<Class> {
        Some(match self.status.text() {
            "UNAUTHENTICATED" | "PERMISSION_DENIED" | "NOT_FOUND" | "UNIMPLEMENTED" => Class::Settings,
            "RESOURCE_EXHAUSTED" => Class::Rate,
            "UNAVAILABLE" | "DEADLINE_EXCEEDED" | "INTERNAL" | "UNKNOWN" | "ABORTED" | "CANCELLED" => Class::Passing,
            _ => return None,
        })
    }

    /// Whether the canonical code says that the request is wrong.
    pub(super) fn is_of_the_request(&self) -> bool {
        matches!(
            self.status.text(),
            "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" | "ALREADY_EXISTS"
        )
    }
}

impl AdsError<'_> {
    /// The family and the code.
    pub(super) fn code(&self) -> (&str, &str) {
        let first = self.error_code.iter().next();
        first.map_or(("", ""), |(family, code)| (family, code.text()))
    }

    /// The row that it names.
    pub(super) fn place(&self) -> Option<usize> {
        let steps = self.location.as_ref()?.field_path_elements.as_ref()?;
        steps.iter().find_map(|step| step.index.place())
    }
}
