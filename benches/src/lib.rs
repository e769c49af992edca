//! What the benches run: for each a corpus, postback's way and the rival's way to the same answer. The unit tests hold the two to the same
//! answer, so that a ratio compares like with like.
