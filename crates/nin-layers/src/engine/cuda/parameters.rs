//! All parameters of a network, end to end in one buffer each for values,
//! gradients, momentum and averages: a step moves them with a launch or two.

use nin_kernels::sgd::SgdParams;
use nin_kernels_cuda::update::{self, MomentumBuffer, Verdict};
use nin_kernels_cuda::{Buffer, Device, View, ViewMut};

use crate::engine::{TrainStep, UpdateScale};
use crate::{LayerError, ParameterSpec, Plan, StateDict, state};

/// Numbers between the starts of two parameters are multiples of this: 256 bytes,
/// as NVIDIA's libraries like them.
const ALIGNMENT: usize = 64;

/// One parameter, all in the kernels' order.
pub(super) struct Entry {
    /// Full name, `net.0.2.weight`.
    pub(super) name: String,
    pub(super) spec: ParameterSpec,
    /// Its place in each buffer; those of trained ones come first.
    pub(super) start: usize,
}

/// Parameters that follow one another and move by the same factors.
struct Group {
    scale: UpdateScale,
    start: usize,
    len: usize,
}

/// Numbers that are there in some engines and at some times only. The buffer may
/// be there before they are.
pub(super) struct Slot<D: Device> {
    pub(super) buffer: Buffer<f32, D>,
    pub(super) is_set: bool,
}

impl<D: Device> Slot<D> {
    fn empty() -> Self {
        Self { buffer: Buffer::new(), is_set: false }
    }
}

/// What a backward pass reads and writes of the parameters.
pub(crate) struct ForBackward<'a, D, const N: usize> {
    pub(crate) values: [View<'a, f32, D>; N],
    pub(crate) grads: [ViewMut<'a, f32, D>; 2],
}

pub(crate) struct Parameters<D: Device> {
    /// In the plan's order.
    pub(super) entries: Vec<Entry>,
    groups: Vec<Group>,
    /// Numbers of the trained ones, and of all, gaps included.
    pub(super) trained_len: usize,
    pub(super) len: usize,
    pub(super) values: Buffer<f32, D>,
    grads: Buffer<f32, D>,
    pub(super) momentum: Slot<D>,
    pub(super) averages: Slot<D>,
}

impl<D: Device> Parameters<D> {
    pub(super) fn new(
        device: &D,
        plan: &Plan,
        weights: &StateDict,
        scale: impl Fn(&str) -> UpdateScale,
    ) -> Result<Self, LayerError> {
        let specs: Vec<_> = plan.parameters().collect();
        let wanted = specs.iter().map(|(name, spec)| (&**name, spec));
        // Asked for before memory is.
        let values = state::to_kernel_order(weights, wanted)?;
        let (mut entries, mut groups): (Vec<_>, Vec<Group>) = (Vec::new(), Vec::new());
        for (name, spec) in specs {
            let scale = scale(&name);
            scale.validate(&name)?;
            if spec.role.is_trained() && groups.iter().all(|group| group.scale != scale) {
                groups.push(Group { scale, start: 0, len: 0 });
            }
            entries.push((Entry { name, spec, start: 0 }, scale));
        }
        let mut len = 0;
        for group in &mut groups {
            group.start = len;
            for (entry, scale) in &mut entries {
                if entry.spec.role.is_trained() && *scale == group.scale {
                    entry.place(&mut len);
                }
            }
            group.len = len - group.start;
        }
        let trained_len = len;
        for (entry, _) in entries.iter_mut().filter(|(entry, _)| !entry.spec.role.is_trained()) {
            entry.place(&mut len);
        }
        let entries: Vec<_> = entries.into_iter().map(|(entry, _)| entry).collect();
        let mut all = vec![0.0; len];
        for (entry, values) in entries.iter().zip(values) {
            all[entry.start..][..values.len()].copy_from_slice(&values);
        }
        Ok(Self {
            values: Buffer::from_slice(device, &all)?,
            // The gaps stay 0.
            grads: Buffer::from_slice(device, &vec![0.0; trained_len])?,
            momentum: Slot::empty(),
            averages: Slot::empty(),
            entries,
            groups,
            trained_len,
            len,
        })
    }

    /// The values of the parameter at this place in the plan.
    pub(crate) fn value(&self, index: usize) -> View<'_, f32, D> {
        let entry = &self.entries[index];
        self.values.view(self.len).part(entry.start, entry.spec.len())
    }

    /// The same, to be written.
    pub(crate) fn value_mut(&mut self, index: usize) -> ViewMut<'_, f32, D> {
        let entry = &self.entries[index];
        self.values.view_mut(self.len).part(entry.start, entry.spec.len())
    }

    /// The values of the parameters `read`, and room for the gradients of the two
    /// parameters `written`.
    pub(crate) fn for_backward<const N: usize>(
        &mut self,
        read: [usize; N],
        written: [usize; 2],
    ) -> ForBackward<'_, D, N> {
        let values = self.values.view(self.len);
        let part = |index: usize| {
            let Entry { start, ref spec, .. } = self.entries[index];
            (start, spec.len())
        };
        let values = read.map(|index| {
            let (start, len) = part(index);
            values.part(start, len)
        });
        let [(first, first_len), (second, second_len)] = written.map(part);
        let all = self.grads.view_mut(self.trained_len);
        let grads = if first < second {
            let (front, back) = all.split_at(second);
            [front.part(first, first_len), back.part(0, second_len)]
        } else {
            let (front, back) = all.split_at(first);
            [back.part(0, first_len), front.part(second, second_len)]
        };
        ForBackward { values, grads }
    }

    /// All gradients, gaps included.
    pub(super) fn gradients(&self) -> View<'_, f32, D> {
        self.grads.view(self.trained_len)
    }

    /// The parameter that has this place in the buffers.
    pub(super) fn name_at(&self, place: usize) -> &str {
        let entry = self
            .entries
            .iter()
            .find(|entry| (entry.start..entry.start + entry.spec.len()).contains(&place));
        entry.map_or("a gap between parameters", |entry| &entry.name)
    }

    /// Moves the values by one step along their gradients, unless the step has
    /// failed.
    pub(super) fn step(
        &mut self,
        device: &D,
        params: &SgdParams,
        verdict: &Verdict<D>,
    ) -> Result<(), LayerError> {
        let has_momentum = params.momentum != 0.0;
        if has_momentum && self.momentum.buffer.len() < self.trained_len {
            self.momentum.buffer = Buffer::from_slice(device, &vec![0.0; self.trained_len])?;
        }
        for &Group { scale, start, len } in &self.groups {
            let params = SgdParams {
                lr: params.lr * scale.lr,
                weight_decay: params.weight_decay * scale.weight_decay,
                ..*params
            };
            let values = self.values.view_mut(self.len).part(start, len);
            let grads = self.grads.view(self.trained_len).part(start, len);
            let buffer = match &mut self.momentum {
                _ if !has_momentum => MomentumBuffer::Unused,
                Slot { buffer, is_set } => {
                    let part = buffer.view_mut(self.trained_len).part(start, len);
                    if *is_set { MomentumBuffer::Later(part) } else { MomentumBuffer::First(part) }
                }
            };
            update::sgd(device, &params, values, grads, buffer, verdict)?;
        }
        Ok(())
    }

    /// Moves the averages towards the values, where the first ones start, unless the
    /// step has failed.
    pub(super) fn move_average(
        &mut self,
        device: &D,
        decay: f64,
        verdict: &Verdict<D>,
    ) -> Result<(), LayerError> {
        let Slot { buffer, is_set } = &mut self.averages;
        buffer.grow(device, self.len)?;
        let decay = if *is_set { decay } else { 0.0 };
        let (averages, values) = (buffer.view_mut(self.len), self.values.view(self.len));
        Ok(update::average(device, decay, averages, values, verdict)?)
    }

    /// Notes what a step has left behind that succeeded.
    pub(super) fn take_over(&mut self, step: &TrainStep) {
        self.momentum.is_set |= step.sgd.momentum != 0.0;
        self.averages.is_set |= step.ema_decay != nin_kernels::ema::EmaDecay::NONE;
    }

    /// Puts the averages in the values' place, or back.
    pub(super) fn swap_averages(&mut self) -> Result<(), LayerError> {
        match self.entries.first() {
            Some(entry) if !self.averages.is_set => Err(LayerError::no_average_of(&entry.name)),
            _ => {
                std::mem::swap(&mut self.values, &mut self.averages.buffer);
                Ok(())
            }
        }
    }
}

impl Entry {
    /// Takes the next place.
    fn place(&mut self, len: &mut usize) {
        self.start = *len;
        *len = (*len + self.spec.len()).next_multiple_of(ALIGNMENT);
    }
}
