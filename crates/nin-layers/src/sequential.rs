//! A planned chain on candle's tape.

use candle_core::{Module, Result, Tensor};
use candle_nn::{ModuleT, VarBuilder};

use crate::{
    AvgPool2d, BatchNorm2d, Conv2d, Dropout, GlobalAvgPool2d, LayerSpec, LocalResponseNorm,
    MaxPool2d, Plan,
};

/// The layers of a [`Plan`] as one candle module: images in, class scores out.
///
/// # Shapes
///
/// Input N, C, H, W as planned, output N, classes.
///
/// For training a fixed chain, an [`Engine`](crate::engine::Engine) does the
/// same in less time and memory.
#[derive(Debug)]
pub struct Sequential {
    layers: Vec<Layer>,
}

#[derive(Debug)]
enum Layer {
    Conv2d(Conv2d),
    BatchNorm2d(BatchNorm2d),
    MaxPool2d(MaxPool2d),
    AvgPool2d(AvgPool2d),
    GlobalAvgPool2d(GlobalAvgPool2d),
    LocalResponseNorm(LocalResponseNorm),
    Dropout(Dropout),
}

impl Sequential {
    /// Takes the weights of every layer from the builder, under its name.
    ///
    /// `seed` is for dropout: layer number n gets `seed + n`.
    pub fn new(plan: &Plan, vb: &VarBuilder<'_>, seed: u64) -> Result<Self> {
        let layers = plan.layers().iter().enumerate().map(|(index, layer)| {
            let [channels, _, _] = plan.layer_input(index);
            let vb = vb.pp(&layer.name);
            Ok(match layer.spec {
                LayerSpec::Conv2d(spec) => Layer::Conv2d(Conv2d::new(channels, spec, &vb)?),
                LayerSpec::BatchNorm2d(spec) => {
                    Layer::BatchNorm2d(BatchNorm2d::new(channels, spec, &vb)?)
                }
                LayerSpec::MaxPool2d(pool) => Layer::MaxPool2d(pool),
                LayerSpec::AvgPool2d(pool) => Layer::AvgPool2d(pool),
                LayerSpec::GlobalAvgPool2d => Layer::GlobalAvgPool2d(GlobalAvgPool2d),
                LayerSpec::LocalResponseNorm(lrn) => Layer::LocalResponseNorm(lrn),
                LayerSpec::Dropout(p) => {
                    Layer::Dropout(Dropout::new(p.get(), seed.wrapping_add(index as u64))?)
                }
            })
        });
        Ok(Self { layers: layers.collect::<Result<_>>()? })
    }
}

impl ModuleT for Sequential {
    fn forward_t(&self, images: &Tensor, train: bool) -> Result<Tensor> {
        let scores = self.layers.iter().try_fold(images.clone(), |maps, layer| match layer {
            Layer::Conv2d(layer) => layer.forward(&maps),
            Layer::BatchNorm2d(layer) => layer.forward_t(&maps, train),
            Layer::MaxPool2d(layer) => layer.forward(&maps),
            Layer::AvgPool2d(layer) => layer.forward(&maps),
            Layer::GlobalAvgPool2d(layer) => layer.forward(&maps),
            Layer::LocalResponseNorm(layer) => layer.forward(&maps),
            Layer::Dropout(layer) => layer.forward_t(&maps, train),
        })?;
        scores.flatten_from(1)
    }
}
