//! Checks what a recipe says of answers.

use super::answers::Answers;
use super::branch::answer_path;
use crate::config::Place;

pub(super) fn check(answers: Option<&Answers>, place: &Place<'_>) {
    let Some(answers) = answers else { return };
    if let Some(success) = &answers.success {
        answer_path(&success.at, &place.at("success").at("at"));
    }
    for (at, path) in place.rows("code", &answers.code) {
        answer_path(path, &at);
    }
    for status in answers.statuses.keys() {
        let number: Option<u16> = status.parse().ok().filter(|_| status.len() == 3);
        if !number.is_some_and(|number| (300..=599).contains(&number)) {
            let said = "is no HTTP status of a fault, which is a number from 300 to 599";
            place.at("statuses").at(status).problem(said);
        }
    }
    if let Some(rows) = &answers.rows {
        let at = place.at("rows");
        answer_path(&rows.at, &at.at("at"));
        answer_path(&rows.code, &at.at("code"));
        for (key, path) in [("place", &rows.place), ("path", &rows.path)] {
            if let Some(path) = path {
                answer_path(path, &at.at(key));
            }
        }
        if rows.place.is_some() && rows.path.is_some() {
            at.problem("has `place` and `path`; one of them says which event a row is about");
        }
    }
}
