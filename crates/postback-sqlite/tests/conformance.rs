//! The suite that every store must pass.
#![cfg(test)]

mod common;

use common::{block_on, folder, open};
use postback::conformance::Case;

fn check(case: Case) {
    let folder = folder();
    let store = open(&folder);
    block_on(case(&store));
}

postback::conformance_tests!(check);
