//! A chain of named layers whose shapes are known before a tensor exists.

use std::collections::HashSet;

use crate::{LayerError, LayerSpec, ParameterSpec};

/// A layer and its name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedLayer {
    /// Its name, the prefix of its tensors' names: `net.0.2`.
    pub name: String,
    /// What it is.
    pub spec: LayerSpec,
}

/// A chain of layers from an input C, H, W to class scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    input: [usize; 3],
    layers: Vec<NamedLayer>,
    outputs: Vec<[usize; 3]>,
}

impl Plan {
    /// Works out every layer's output for inputs of `input` = C, H, W.
    ///
    /// # Errors
    ///
    /// The first layer that cannot take its input, by name; two layers of one
    /// name; no layers at all; an output that is not one number a class.
    pub fn new(input: [usize; 3], layers: Vec<NamedLayer>) -> Result<Self, LayerError> {
        let mut names = HashSet::new();
        if let Some(twice) = layers.iter().find(|layer| !names.insert(&layer.name)) {
            return Err(LayerError::Setting(format!("two layers have the name {}", twice.name)));
        }
        let mut outputs = Vec::with_capacity(layers.len());
        let [mut c, mut h, mut w] = input;
        for NamedLayer { name, spec } in &layers {
            [_, c, h, w] = spec.output_shape([1, c, h, w]).map_err(|error| named(error, name))?;
            outputs.push([c, h, w]);
        }
        match outputs.last() {
            Some([_, 1, 1]) => Ok(Self { input, layers, outputs }),
            Some(output) => Err(LayerError::Setting(format!(
                "a network must end in one number a class, got maps of {} × {} pixels",
                output[1], output[2]
            ))),
            None => Err(LayerError::Setting("a network needs at least one layer".to_owned())),
        }
    }

    /// The same layers for inputs of another height and width.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_image_size(&self, [height, width]: [usize; 2]) -> Result<Self, LayerError> {
        Self::new([self.input[0], height, width], self.layers.clone())
    }

    /// The input's C, H, W.
    pub fn input(&self) -> [usize; 3] {
        self.input
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.outputs.last().expect("`new` refuses an empty chain")[0]
    }

    /// The layers in order.
    pub fn layers(&self) -> &[NamedLayer] {
        &self.layers
    }

    /// Each layer's output C, H, W.
    pub fn outputs(&self) -> &[[usize; 3]] {
        &self.outputs
    }

    /// The input C, H, W of layer `index`.
    pub fn layer_input(&self, index: usize) -> [usize; 3] {
        if index == 0 { self.input } else { self.outputs[index - 1] }
    }

    /// Numbers of the output of layer `index` for a batch.
    pub(crate) fn output_len(&self, index: usize, batch: usize) -> usize {
        batch * self.outputs[index].iter().product::<usize>()
    }

    /// The input N, C, H, W of layer `index` for a batch.
    pub(crate) fn input_shape(&self, index: usize, batch: usize) -> [usize; 4] {
        let [channels, height, width] = self.layer_input(index);
        [batch, channels, height, width]
    }

    /// Every parameter in order, with its full name: `net.0.2.weight`.
    pub fn parameters(&self) -> impl Iterator<Item = (String, ParameterSpec)> + '_ {
        (0..self.layers.len()).flat_map(|index| self.layer_parameters(index))
    }

    /// The parameters of layer `index`, with their full names.
    pub(crate) fn layer_parameters(
        &self,
        index: usize,
    ) -> impl Iterator<Item = (String, ParameterSpec)> + '_ {
        let NamedLayer { name, spec } = &self.layers[index];
        let parameters = spec.parameters(self.layer_input(index)[0]);
        parameters.into_iter().map(move |spec| (format!("{name}.{}", spec.name), spec))
    }
}

/// Says the layer's name in place of its kind.
fn named(error: LayerError, name: &str) -> LayerError {
    let with_kind = |kind: &str| format!("layer {name} ({kind})");
    match error {
        LayerError::Shape { layer, height, width, source } => {
            LayerError::Shape { layer: with_kind(&layer), height, width, source }
        }
        LayerError::Channels { layer, got, wanted } => {
            LayerError::Channels { layer: with_kind(&layer), got, wanted }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conv2dSpec, MaxPool2d, Rounding, Window};

    fn layers() -> Vec<NamedLayer> {
        let window = Window { kernel_size: 3, stride: 2, padding: 0 };
        let pool = MaxPool2d { window, rounding: Rounding::Floor };
        let named = |name: &str, spec| NamedLayer { name: name.to_owned(), spec };
        vec![
            named("net.0.0", LayerSpec::Conv2d(Conv2dSpec::cccp(4))),
            named("net.1", LayerSpec::MaxPool2d(pool)),
            named("net.2", LayerSpec::GlobalAvgPool2d),
        ]
    }

    #[test]
    fn shapes_and_names() {
        let plan = Plan::new([3, 9, 7], layers()).unwrap();
        assert_eq!(plan.outputs(), [[4, 9, 7], [4, 4, 3], [4, 1, 1]]);
        assert_eq!(plan.classes(), 4);
        let names: Vec<_> = plan.parameters().map(|(name, spec)| (name, spec.shape)).collect();
        let wanted = [("net.0.0.weight", vec![4, 3, 1, 1]), ("net.0.0.bias", vec![4])];
        assert_eq!(names, wanted.map(|(name, shape)| (name.to_owned(), shape)));
    }

    #[test]
    fn an_input_too_small_names_the_layer() {
        let error = Plan::new([1, 2, 2], layers()).unwrap_err().to_string();
        assert_eq!(
            error,
            "layer net.1 (max pool): input of 2 × 2 pixels: window of 3 is larger than the input \
             of 2 with padding 0"
        );
    }

    #[test]
    fn a_name_stands_for_one_layer() {
        let mut twice = layers();
        twice[1].name = "net.0.0".to_owned();
        let error = Plan::new([1, 9, 9], twice).unwrap_err().to_string();
        assert_eq!(error, "two layers have the name net.0.0");
    }

    #[test]
    fn a_chain_that_does_not_end_in_classes_is_refused() {
        let mut short = layers();
        short.pop();
        assert!(Plan::new([1, 9, 9], short).is_err());
        assert!(Plan::new([1, 9, 9], Vec::new()).is_err());
    }
}
