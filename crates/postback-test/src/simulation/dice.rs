//! All that is drawn in a history. It follows from the seed alone.

use postback::port::Entropy;
use postback::testing::SeededEntropy;

#[derive(Debug)]
pub(super) struct Dice(SeededEntropy);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    pub(super) fn number(&self) -> u64 {
        self.0.next_u64()
    }

    pub(super) fn below(&self, bound: u64) -> u64 {
        self.number() % bound.max(1)
    }

    /// Draws a place in a list of this length.
    pub(super) fn place(&self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    pub(super) fn once_in(&self, count: u64) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<'a, T>(&self, all: &'a [T]) -> &'a T {
        &all[self.place(all.len())]
    }
}
