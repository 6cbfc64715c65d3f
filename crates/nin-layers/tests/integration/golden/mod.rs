//! The files that PyTorch wrote, and the comparison with them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use candle_core::{DType, Device, Tensor, Var};
use nin_layers::{Rounding, Window};
use safetensors::SafeTensors;
use serde_json::Value;

/// Allowed difference, as a share of a tensor's largest value: f32 results of
/// other summation orders differ by up to a tenth of it.
pub(crate) const TOLERANCE: f64 = 1e-5;

/// One file: a tensor for each name, and what they are.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) parameters: Value,
    tensors: HashMap<String, Tensor>,
    unused: RefCell<BTreeSet<String>>,
    worst: Cell<f64>,
}

/// Every file of a folder, in order of their names.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden").join(folder);
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no golden files");
    paths.iter().map(|path| Case::read(path)).collect()
}

impl Case {
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let case = &header.metadata().as_ref().unwrap()["case"];
        let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).unwrap();
        Self {
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            parameters: serde_json::from_str(case).unwrap(),
            unused: RefCell::new(tensors.keys().cloned().collect()),
            tensors,
            worst: Cell::new(0.0),
        }
    }

    pub(crate) fn tensor(&self, name: &str) -> &Tensor {
        self.unused.borrow_mut().remove(name);
        self.tensors.get(name).unwrap_or_else(|| panic!("{}: no tensor {name}", self.name))
    }

    /// The tensor as something that a gradient is wanted for.
    pub(crate) fn var(&self, name: &str) -> Var {
        Var::from_tensor(self.tensor(name)).unwrap()
    }

    pub(crate) fn labels(&self) -> Vec<u32> {
        self.tensor("labels").to_dtype(DType::U32).unwrap().to_vec1().unwrap()
    }

    /// Compares with the tensor `name` by the largest difference, which may be
    /// `tolerance` times the largest value.
    pub(crate) fn check(&self, name: &str, got: &Tensor, tolerance: f64) {
        let largest = numbers(self.tensor(name)).iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        let error = self.difference(name, got) / largest;
        assert!(error <= tolerance, "{}: {name} is off by {error:e} of its largest", self.name);
        self.worst.set(self.worst.get().max(error));
    }

    /// The largest difference from the tensor `name`; NaN if there is one.
    pub(crate) fn difference(&self, name: &str, got: &Tensor) -> f64 {
        let wanted = self.tensor(name);
        assert_eq!(got.dims(), wanted.dims(), "{}: shape of {name}", self.name);
        let pairs = numbers(got).into_iter().zip(numbers(wanted));
        pairs.fold(0.0, |worst, (got, wanted)| {
            let difference = (got - wanted).abs();
            if difference > worst || difference.is_nan() { difference } else { worst }
        })
    }

    /// Everything in the file has been looked at; the largest relative error.
    pub(crate) fn finish(self) -> f64 {
        let unused = self.unused.into_inner();
        assert!(unused.is_empty(), "{}: nothing compared with {unused:?}", self.name);
        self.worst.into_inner()
    }
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1().unwrap()
}

pub(crate) fn size(parameters: &Value, key: &str) -> usize {
    parameters[key].as_u64().unwrap_or_else(|| panic!("{key} in {parameters}")) as usize
}

pub(crate) fn number(parameters: &Value, key: &str) -> f64 {
    parameters[key].as_f64().unwrap_or_else(|| panic!("{key} in {parameters}"))
}

pub(crate) fn window(parameters: &Value) -> Window {
    let [kernel_size, stride, padding] =
        ["kernel_size", "stride", "padding"].map(|key| size(parameters, key));
    Window { kernel_size, stride, padding }
}

pub(crate) fn rounding(parameters: &Value) -> Rounding {
    match parameters["rounding"].as_str() {
        Some("floor") => Rounding::Floor,
        Some("ceil") => Rounding::Ceil,
        _ => panic!("rounding in {parameters}"),
    }
}
