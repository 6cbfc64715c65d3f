//! The engine of a card: a layer after the other over buffers that are kept, as on
//! the CPU, with one wait a step, for the class scores at its end.
//!
//! It is generic over the device, so that the tests run all of it on a CPU, with
//! the kernels' source played there.

mod kept;
mod learnt;
mod node;
mod parameters;

use std::sync::Arc;

use nin_kernels::conv2d::ConvSettings;
use nin_kernels::ema::EmaDecay;
use nin_kernels_cuda::update::Verdict;
use nin_kernels_cuda::{Buffer, Device, View, cross_entropy};

use kept::Kept;
pub(crate) use node::{BackwardPass, Context, Node};
pub(crate) use parameters::{ForBackward, Parameters};

use super::{
    Batch, BatchResult, Engine, Images, KeptSet, Recipe, TrainStep, UpdateScale, Weights,
    check_batch,
};
use crate::{LayerError, Mode, Plan, StateDict};

pub(super) struct CudaEngine<D: Device> {
    device: Arc<D>,
    plan: Plan,
    nodes: Vec<Box<dyn Node<D>>>,
    parameters: Parameters<D>,
    kept: Kept<D>,
    images: Buffer<f32, D>,
    labels: Buffer<u32, D>,
    losses: Buffer<f64, D>,
    /// Each layer's output, with room for the largest batch so far.
    activations: Vec<Buffer<f32, D>>,
    /// The gradient by a layer's output and the one by its input, in turn.
    grad_output: Buffer<f32, D>,
    grad_input: Buffer<f32, D>,
    scratch: Buffer<f32, D>,
    verdict: Verdict<D>,
    /// The first layer that learns; nothing ahead of it needs a gradient.
    first_trained: usize,
    /// The class scores of the last batch.
    logits: Vec<f32>,
}

impl<D: Device> CudaEngine<D> {
    pub(super) fn new(
        device: Arc<D>,
        plan: Plan,
        settings: ConvSettings,
        weights: &StateDict,
        scale: impl Fn(&str) -> UpdateScale,
    ) -> Result<Self, LayerError> {
        let parameters = Parameters::new(&*device, &plan, weights, scale)?;
        let mut first_parameter = 0;
        let mut first_trained = plan.layers().len();
        let mut nodes = Vec::new();
        for (index, layer) in plan.layers().iter().enumerate() {
            nodes.push(layer.spec.cuda_node(settings, first_parameter));
            let count = plan.layer_parameters(index).count();
            if count > 0 {
                first_trained = first_trained.min(index);
            }
            first_parameter += count;
        }
        Ok(Self {
            parameters,
            kept: Kept::default(),
            images: Buffer::new(),
            labels: Buffer::new(),
            losses: Buffer::new(),
            activations: nodes.iter().map(|_| Buffer::new()).collect(),
            grad_output: Buffer::new(),
            grad_input: Buffer::new(),
            scratch: Buffer::new(),
            verdict: Verdict::new(&*device)?,
            logits: Vec::new(),
            device,
            plan,
            nodes,
            first_trained,
        })
    }

    /// Checks a batch and brings it to the device.
    fn prepare(&mut self, batch: Batch<'_>) -> Result<(), LayerError> {
        let device = &*self.device;
        match batch.images {
            Images::Prepared(images) => {
                check_batch(&self.plan, batch.labels, images.len())?;
                self.images.upload(device, images)?;
            }
            Images::Kept { set, indices, changes } => {
                let numbers = indices.len() * self.kept.picture_len()?;
                check_batch(&self.plan, batch.labels, numbers)?;
                self.images.grow(device, numbers)?;
                let images = self.images.view_mut(numbers);
                self.kept.prepare(device, set, indices, changes, images)?;
            }
        }
        self.labels.upload(device, batch.labels)?;
        Ok(())
    }

    /// Up to the class scores of a batch of `samples` pictures.
    fn forward(&mut self, samples: usize, mode: Mode, step: &TrainStep) -> Result<(), LayerError> {
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let (before, after) = self.activations.split_at_mut(index);
            let input = input(&self.images, before, &self.plan, samples);
            let len = self.plan.output_len(index, samples);
            after[0].grow(&*self.device, len)?;
            let mut context = Context {
                device: &*self.device,
                mode,
                input_shape: self.plan.input_shape(index, samples),
                layer: index,
                seed: step.seed,
                step: step.step,
                parameters: &mut self.parameters,
                scratch: &mut self.scratch,
            };
            node.forward(&mut context, input, after[0].view_mut(len))?;
        }
        Ok(())
    }

    /// From the gradient by the class scores in `grad_output`.
    fn backward(&mut self, samples: usize, step: &TrainStep) -> Result<(), LayerError> {
        for index in (self.first_trained..self.nodes.len()).rev() {
            let (before, after) = self.activations.split_at(index);
            let input = input(&self.images, before, &self.plan, samples);
            let len = self.plan.output_len(index, samples);
            let wants_input = index > self.first_trained;
            if wants_input {
                self.grad_input.grow(&*self.device, input.len())?;
            }
            let mut context = Context {
                device: &*self.device,
                mode: Mode::Train,
                input_shape: self.plan.input_shape(index, samples),
                layer: index,
                seed: step.seed,
                step: step.step,
                parameters: &mut self.parameters,
                scratch: &mut self.scratch,
            };
            let pass = BackwardPass {
                input,
                output: after[0].view(len),
                grad_output: self.grad_output.view_mut(len),
                grad_input: wants_input.then(|| self.grad_input.view_mut(input.len())),
            };
            self.nodes[index].backward(&mut context, pass)?;
            std::mem::swap(&mut self.grad_output, &mut self.grad_input);
        }
        Ok(())
    }

    /// Moves everything that learns or is recorded, unless the step has failed.
    fn update(&mut self, step: &TrainStep) -> Result<(), LayerError> {
        self.parameters.step(&*self.device, &step.sgd, &self.verdict)?;
        for node in &mut self.nodes {
            node.commit(&*self.device, &mut self.parameters, &self.verdict)?;
        }
        if step.ema_decay != EmaDecay::NONE {
            let decay = step.ema_decay.at(step.step);
            self.parameters.move_average(&*self.device, decay, &self.verdict)?;
        }
        Ok(())
    }

    /// Waits for the class scores of `samples` pictures.
    fn read_logits(&mut self, samples: usize) -> Result<(), LayerError> {
        self.logits.resize(samples * self.plan.classes(), 0.0);
        let last = self.activations.last().expect("a plan has layers");
        Ok(last.download(&*self.device, &mut self.logits)?)
    }
}

/// The input of the layer behind those with the outputs `before`.
fn input<'a, D: Device>(
    images: &'a Buffer<f32, D>,
    before: &'a [Buffer<f32, D>],
    plan: &Plan,
    samples: usize,
) -> View<'a, f32, D> {
    match before.last() {
        Some(activation) => activation.view(plan.output_len(before.len() - 1, samples)),
        None => images.view(samples * plan.input().iter().product::<usize>()),
    }
}

impl<D: Device> Engine for CudaEngine<D> {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn set_image_size(&mut self, size: [usize; 2]) -> Result<(), LayerError> {
        if self.plan.input()[1..] != size {
            self.plan = self.plan.with_image_size(size)?;
        }
        Ok(())
    }

    fn keep(&mut self, shape: [usize; 3], bytes: &[u8]) -> Result<Option<KeptSet>, LayerError> {
        self.kept.add(&*self.device, shape, bytes).map(Some)
    }

    fn set_recipe(&mut self, recipe: &Recipe) -> Result<(), LayerError> {
        self.kept.set_recipe(&*self.device, recipe)
    }

    fn train_step(
        &mut self,
        batch: Batch<'_>,
        step: &TrainStep,
    ) -> Result<BatchResult, LayerError> {
        step.sgd.validate()?;
        self.prepare(batch)?;
        let (samples, classes) = (batch.labels.len(), self.plan.classes());
        let scores = samples * classes;
        self.verdict.reset(&*self.device)?;
        self.forward(samples, Mode::Train, step)?;
        self.losses.grow(&*self.device, samples)?;
        self.grad_output.grow(&*self.device, scores)?;
        let logits = self.activations.last().expect("a plan has layers").view(scores);
        cross_entropy::forward_backward(
            &*self.device,
            classes,
            step.label_smoothing,
            logits,
            self.labels.view(samples),
            self.losses.view_mut(samples),
            self.grad_output.view_mut(scores),
        )?;
        // Whether a loss is finite shows in its scores. In the verdict, gradients are
        // counted on from these.
        self.verdict.check(&*self.device, 0, logits)?;
        self.backward(samples, step)?;
        self.verdict.check(&*self.device, scores, self.parameters.gradients())?;
        self.update(step)?;

        let mut losses = vec![0.0; samples];
        self.losses.download(&*self.device, &mut losses)?;
        self.read_logits(samples)?;
        if let Some(place) = self.verdict.read(&*self.device)? {
            let what = match place.checked_sub(scores) {
                Some(place) => format!("gradient of {}", self.parameters.name_at(place)),
                None => "loss".to_owned(),
            };
            return Err(LayerError::NotFinite { what });
        }
        self.parameters.take_over(step);
        BatchResult::with_loss(losses.iter().sum(), classes, &self.logits, batch.labels)
    }

    fn evaluate(&mut self, batch: Batch<'_>, weights: Weights) -> Result<BatchResult, LayerError> {
        self.prepare(batch)?;
        let samples = batch.labels.len();
        match weights {
            Weights::Current => self.forward(samples, Mode::Eval, &TrainStep::default())?,
            Weights::Averaged => {
                self.parameters.swap_averages()?;
                let done = self.forward(samples, Mode::Eval, &TrainStep::default());
                self.parameters.swap_averages()?;
                done?;
            }
        }
        self.read_logits(samples)?;
        BatchResult::of(self.plan.classes(), &self.logits, batch.labels)
    }

    fn logits(&self) -> &[f32] {
        &self.logits
    }

    fn weights(&self) -> Result<StateDict, LayerError> {
        self.parameters.weights(&*self.device)
    }

    fn load_weights(&mut self, weights: &StateDict) -> Result<(), LayerError> {
        self.parameters.load_weights(&*self.device, weights)
    }

    fn momentum(&self) -> Result<StateDict, LayerError> {
        self.parameters.momentum(&*self.device)
    }

    fn load_momentum(&mut self, momentum: &StateDict) -> Result<(), LayerError> {
        self.parameters.load_momentum(&*self.device, momentum)
    }

    fn averages(&self) -> Result<StateDict, LayerError> {
        self.parameters.averages(&*self.device)
    }

    fn load_averages(&mut self, averages: &StateDict) -> Result<(), LayerError> {
        self.parameters.load_averages(&*self.device, averages)
    }
}
