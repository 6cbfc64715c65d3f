//! The engine of the CPU: a layer after the other over buffers that are kept.

mod learnt;

use nin_kernels::conv2d::ConvSettings;
use nin_kernels::cross_entropy;
use nin_kernels::ema::EmaDecay;
use nin_kernels::{Activation, Buffer};

use super::{
    BackwardPass, Batch, BatchResult, Context, Engine, Images, KeptSet, Node, Parameter, Recipe,
    TrainStep, UpdateScale, Weights, check_batch,
};
use crate::{LayerError, Mode, Plan, StateDict, state};

pub(super) struct CpuEngine {
    plan: Plan,
    nodes: Vec<Box<dyn Node>>,
    /// Each layer's output, with room for the largest batch so far.
    activations: Vec<Buffer>,
    /// The gradient by a layer's output and the one by its input, in turn.
    grad_output: Buffer,
    grad_input: Buffer,
    scratch: Buffer,
    /// The first layer that learns; nothing ahead of it needs a gradient.
    first_trained: usize,
    /// Pictures in the last batch.
    batch_size: usize,
}

impl CpuEngine {
    pub(super) fn new(
        plan: Plan,
        settings: ConvSettings,
        weights: &StateDict,
        scale: impl Fn(&str) -> UpdateScale,
    ) -> Result<Self, LayerError> {
        let specs: Vec<_> = plan.parameters().collect();
        let wanted = specs.iter().map(|(name, spec)| (&**name, spec));
        let mut values = state::to_kernel_order(weights, wanted)?.into_iter();
        let nodes = (0..plan.layers().len())
            .map(|index| {
                let specs = plan.layer_parameters(index).zip(values.by_ref());
                let parameters = specs.map(|((name, spec), value)| {
                    let scale = scale(&name);
                    Parameter::new(name, spec, scale, value)
                });
                Ok(plan.layers()[index].spec.node(settings, parameters.collect::<Result<_, _>>()?))
            })
            .collect::<Result<Vec<_>, LayerError>>()?;
        let first_trained =
            nodes.iter().position(|node| !node.parameters().is_empty()).unwrap_or(nodes.len());
        Ok(Self {
            activations: vec![Buffer::new(); nodes.len()],
            grad_output: Buffer::new(),
            grad_input: Buffer::new(),
            scratch: Buffer::new(),
            batch_size: 0,
            plan,
            nodes,
            first_trained,
        })
    }

    /// Checks a batch and makes room for it; gives its pictures.
    fn prepare<'a>(&mut self, batch: Batch<'a>) -> Result<&'a [f32], LayerError> {
        let Images::Prepared(images) = batch.images else { return Err(keeps_none()) };
        check_batch(&self.plan, batch.labels, images.len())?;
        let samples = batch.labels.len();
        self.batch_size = samples;
        for (activation, output) in self.activations.iter_mut().zip(self.plan.outputs()) {
            activation.grow(samples * output.iter().product::<usize>());
        }
        Ok(images)
    }

    fn forward(&mut self, images: &[f32], mode: Mode, step: &TrainStep) -> Result<(), LayerError> {
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let (before, after) = self.activations.split_at_mut(index);
            let input = match before.last() {
                Some(activation) => cut(activation, &self.plan, index - 1, self.batch_size),
                None => images,
            };
            let len = self.plan.output_len(index, self.batch_size);
            let input_shape = self.plan.input_shape(index, self.batch_size);
            let mut context = Context::new(mode, index, input_shape, step, &mut self.scratch);
            node.forward(&mut context, input, &mut after[0][..len])?;
        }
        Ok(())
    }

    /// From the gradient by the class scores in `grad_output`.
    fn backward(&mut self, images: &[f32], step: &TrainStep) -> Result<(), LayerError> {
        if let (Some(node), Some(output)) = (self.nodes.last(), self.activations.last()) {
            let len = self.batch_size * self.plan.classes();
            node.activation().backward_in_place(&output[..len], &mut self.grad_output[..len]);
        }
        for index in (self.first_trained..self.nodes.len()).rev() {
            let (before, after) = self.nodes.split_at_mut(index);
            let node = &mut after[0];
            let input_activation = before.last().map_or(Activation::None, |node| node.activation());
            let wants_input = index > self.first_trained;
            if wants_input {
                self.grad_input.grow(self.plan.output_len(index - 1, self.batch_size));
            }
            let input = match index {
                0 => images,
                _ => cut(&self.activations[index - 1], &self.plan, index - 1, self.batch_size),
            };
            let len = self.plan.output_len(index, self.batch_size);
            let input_shape = self.plan.input_shape(index, self.batch_size);
            let mut context =
                Context::new(Mode::Train, index, input_shape, step, &mut self.scratch);
            let pass = BackwardPass {
                input,
                input_activation,
                output: &self.activations[index][..len],
                grad_output: &mut self.grad_output[..len],
                grad_input: wants_input.then(|| &mut self.grad_input[..input.len()]),
            };
            node.backward(&mut context, pass)?;
            if wants_input && !node.applies_input_activation() {
                input_activation.backward_in_place(input, &mut self.grad_input[..input.len()]);
            }
            std::mem::swap(&mut self.grad_output, &mut self.grad_input);
        }
        Ok(())
    }
}

impl Engine for CpuEngine {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn set_image_size(&mut self, size: [usize; 2]) -> Result<(), LayerError> {
        if self.plan.input()[1..] != size {
            self.plan = self.plan.with_image_size(size)?;
        }
        Ok(())
    }

    fn keep(&mut self, _shape: [usize; 3], _bytes: &[u8]) -> Result<Option<KeptSet>, LayerError> {
        Ok(None)
    }

    fn set_recipe(&mut self, _recipe: &Recipe) -> Result<(), LayerError> {
        Err(keeps_none())
    }

    fn train_step(
        &mut self,
        batch: Batch<'_>,
        step: &TrainStep,
    ) -> Result<BatchResult, LayerError> {
        step.sgd.validate()?;
        let images = self.prepare(batch)?;
        self.forward(images, Mode::Train, step)?;
        let classes = self.plan.classes();
        let scores = batch.labels.len() * classes;
        self.grad_output.grow(scores);
        let logits = &self.activations.last().expect("a plan has layers")[..scores];
        let grads = &mut self.grad_output[..scores];
        let smoothing = step.label_smoothing;
        let loss_sum =
            cross_entropy::forward_backward(classes, smoothing, logits, batch.labels, grads);
        let result = BatchResult::with_loss(loss_sum, classes, self.logits(), batch.labels)?;
        self.backward(images, step)?;
        if let Some(parameter) = self.parameters().find(|parameter| !is_finite(&parameter.grad)) {
            return Err(LayerError::NotFinite { what: format!("gradient of {}", parameter.name) });
        }
        self.parameters_mut().for_each(|parameter| parameter.step(&step.sgd));
        self.nodes.iter_mut().for_each(|node| node.commit());
        if step.ema_decay != EmaDecay::NONE {
            let decay = step.ema_decay.at(step.step);
            self.parameters_mut().for_each(|parameter| parameter.move_average(decay));
        }
        Ok(result)
    }

    fn evaluate(&mut self, batch: Batch<'_>, weights: Weights) -> Result<BatchResult, LayerError> {
        let images = self.prepare(batch)?;
        match weights {
            Weights::Current => self.forward(images, Mode::Eval, &TrainStep::default())?,
            Weights::Averaged => {
                self.swap_averages()?;
                let done = self.forward(images, Mode::Eval, &TrainStep::default());
                self.swap_averages()?;
                done?;
            }
        }
        BatchResult::of(self.plan.classes(), self.logits(), batch.labels)
    }

    fn logits(&self) -> &[f32] {
        let last = self.activations.last().expect("a plan has layers");
        &last[..self.batch_size * self.plan.classes()]
    }

    fn weights(&self) -> Result<StateDict, LayerError> {
        self.to_state_dict(|parameter| Some(&parameter.value))
    }

    fn load_weights(&mut self, weights: &StateDict) -> Result<(), LayerError> {
        let values = self.numbers_in(weights, |_| true)?;
        for (parameter, value) in self.parameters_mut().zip(values) {
            parameter.value.copy_from_slice(&value);
        }
        Ok(())
    }

    fn momentum(&self) -> Result<StateDict, LayerError> {
        self.to_state_dict(|parameter| parameter.momentum.as_ref())
    }

    fn load_momentum(&mut self, momentum: &StateDict) -> Result<(), LayerError> {
        let trained = |parameter: &Parameter| parameter.spec.role.is_trained();
        self.fill(|parameter| &mut parameter.momentum, momentum, trained)
    }

    fn averages(&self) -> Result<StateDict, LayerError> {
        self.to_state_dict(|parameter| parameter.average.as_ref())
    }

    fn load_averages(&mut self, averages: &StateDict) -> Result<(), LayerError> {
        self.fill(|parameter| &mut parameter.average, averages, |_| true)
    }
}

fn keeps_none() -> LayerError {
    LayerError::Batch("the engine of the CPU keeps no pictures".to_owned())
}

/// The part of a layer's buffer that this batch uses.
fn cut<'a>(activation: &'a [f32], plan: &Plan, index: usize, batch_size: usize) -> &'a [f32] {
    &activation[..plan.output_len(index, batch_size)]
}

/// Whether all values are finite: a product with 0 is 0 for those and NaN for
/// others, which a sum carries without a branch.
fn is_finite(values: &[f32]) -> bool {
    values.iter().map(|value| value * 0.0).sum::<f32>() == 0.0
}
