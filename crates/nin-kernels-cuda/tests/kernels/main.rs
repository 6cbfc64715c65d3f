//! Every kernel against `nin-kernels`, on the CPU from its own source and, with the
//! feature `cuda`, on a card.
//!
//! Sizes lie at and around the edges of blocks and of loops; every output and
//! scratch is filled with NaN before; on the CPU the memory behind each piece is
//! watched. There each test runs twice, with the threads of a block, and the
//! blocks, in rising and in falling order: what depends on the order is a race.
//!
//! That the tests can fail was tried by breaking kernels by hand:
//!
//! * without the barrier in the loop of `sum_of_row_lanes` (`columns.cuh`) a lane
//!   adds what its neighbour has not summed yet:
//!   `activation::rising::bias_backward_is_the_reference`, three of
//!   `conv2d::rising` and, in both orders, three of `batch_norm` failed;
//! * with `>=` for `>` in `max_pool_forward` (`pool.cuh`) the last of equal values
//!   wins: `max_pool::…::forward_is_the_reference` failed in both orders.
//!
//! So was each kernel that returns at once, each by at least one test.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[macro_use]
mod support;

mod activation;
mod avg_pool;
mod batch_norm;
mod bfloat16;
mod conv2d;
mod cross_entropy;
mod dropout;
mod global_avg_pool;
mod lrn;
mod max_pool;
mod pictures;
mod update;
