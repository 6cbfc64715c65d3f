//! One operation on one layer, timed side by side: a row of columns.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};

use crate::numbers::median;
use crate::peak;

/// What a run gets done at least, whatever it does in truth.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Multiply-adds of the plain formula.
    MultiplyAdds(usize),
    /// Bytes of the inputs, read once, and of the outputs, written once: for
    /// operations with little arithmetic.
    Bytes(usize),
}

impl Work {
    fn throughput(self) -> Throughput {
        match self {
            Self::MultiplyAdds(count) => Throughput::Elements(count as u64),
            Self::Bytes(count) => Throughput::BytesDecimal(count as u64),
        }
    }

    /// The rate of a run of `secs` seconds and its share of what the machine
    /// can do.
    fn rate(self, secs: f64) -> String {
        match self {
            Self::MultiplyAdds(count) => {
                let rate = count as f64 / secs;
                let share = 100.0 * rate / peak::multiply_adds_per_sec();
                format!("{:.1} GFLOP/s, {share:.0} % of the measured peak", 2e-9 * rate)
            }
            Self::Bytes(count) => {
                let rate = count as f64 / secs;
                let share = 100.0 * rate / peak::bytes_per_sec();
                format!("{:.1} GB/s, {share:.0} % of the measured memory rate", 1e-9 * rate)
            }
        }
    }
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
    pub fn column<State: Send, Output>(
        &mut self,
        name: &str,
        prepare: impl FnOnce() -> State,
        mut run: impl FnMut(&mut State) -> Output + Send,
    ) {
        let group = &mut self.operation.group;
        group.throughput(self.work.throughput());
        let (mut prepare, mut state, mut secs) = (Some(prepare), None, Vec::new());
        // criterion calls this closure once a sample.
        group.bench_function(BenchmarkId::new(name, self.name), |bencher| {
            let state = match &mut state {
                Some(state) => state,
                none => none.insert(prepare.take().expect("there is no state yet")()),
            };
            bencher.iter_custom(|iterations| {
                let mut elapsed = Duration::ZERO;
                // On a thread of the pool, as in training: from outside each
                // run would first wake one up.
                rayon::scope(|_| {
                    let start = Instant::now();
                    for _ in 0..iterations {
                        black_box(run(state));
                    }
                    elapsed = start.elapsed();
                });
                secs.push(elapsed.as_secs_f64() / iterations as f64);
                elapsed
            });
        });
        if let Some(secs) = median(secs) {
            println!("{:24}{}\n", "", self.work.rate(secs));
        }
    }
}
