//! One operation on one layer, timed side by side: a row of columns.

use std::hint::black_box;
use std::time::Instant;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};

use crate::numbers::median;
use crate::rate;

/// What a run gets done, and criterion's elements a second count.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Multiply-adds of the plain formula. The share of the matrix-product rate
    /// is printed.
    MultiplyAdds(usize),
    /// Values read. Such operations wait for memory, so there is no share.
    Values(usize),
}

/// All layers of one operation.
pub struct Operation<'c> {
    group: BenchmarkGroup<'c, WallTime>,
}

impl<'c> Operation<'c> {
    /// Opens the group `name`.
    pub fn new(criterion: &'c mut Criterion, name: &str) -> Self {
        let mut group = criterion.benchmark_group(name);
        // The least that criterion takes: some peers need seconds a run.
        group.sample_size(10);
        Self { group }
    }

    /// A row of columns.
    pub fn layer(&mut self, name: &'static str, work: Work) -> Layer<'_, 'c> {
        Layer { operation: self, name, work }
    }
}

/// One layer, to be timed in several columns.
pub struct Layer<'o, 'c> {
    operation: &'o mut Operation<'c>,
    name: &'static str,
    work: Work,
}

impl Layer<'_, '_> {
    /// Times `run` on what `prepare` makes and checks. Neither is called if the
    /// command line leaves this benchmark out.
    pub fn column<State, Output>(
        &mut self,
        name: &str,
        prepare: impl FnOnce() -> State,
        mut run: impl FnMut(&mut State) -> Output,
    ) {
        let (Work::MultiplyAdds(count) | Work::Values(count)) = self.work;
        let group = &mut self.operation.group;
        group.throughput(Throughput::Elements(count as u64));
        let (mut prepare, mut state, mut secs) = (Some(prepare), None, Vec::new());
        // criterion calls this closure once a sample.
        group.bench_function(BenchmarkId::new(name, self.name), |bencher| {
            let state = match &mut state {
                Some(state) => state,
                none => none.insert(prepare.take().expect("there is no state yet")()),
            };
            bencher.iter_custom(|iterations| {
                let start = Instant::now();
                for _ in 0..iterations {
                    black_box(run(state));
                }
                let elapsed = start.elapsed();
                secs.push(elapsed.as_secs_f64() / iterations as f64);
                elapsed
            });
        });
        if let (Work::MultiplyAdds(count), Some(secs)) = (self.work, median(secs)) {
            let rate = count as f64 / secs;
            println!(
                "{:24}{:.1} GFLOP/s, {:.0} % of the matrix-product rate\n",
                "",
                2e-9 * rate,
                100.0 * rate / rate::matrix_product()
            );
        }
    }
}
