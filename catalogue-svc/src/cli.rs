//! What is done from the command line besides serving.

pub mod sync;
