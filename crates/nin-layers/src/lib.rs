#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod avg_pool;
mod batch_norm;
mod conv2d;
mod dropout;
pub mod engine;
mod error;
mod global_avg_pool;
mod host;
pub mod init;
mod layer_spec;
mod loss;
mod lrn;
mod max_pool;
mod mlpconv;
mod mode;
mod parameter;
mod plan;
mod sequential;
mod shape;
mod state;

pub use avg_pool::AvgPool2d;
pub use batch_norm::{BatchNorm2d, BatchNormSpec};
pub use conv2d::{Conv2d, Conv2dSpec};
pub use dropout::Dropout;
pub use error::LayerError;
pub use global_avg_pool::GlobalAvgPool2d;
pub use init::Init;
pub use layer_spec::LayerSpec;
pub use loss::cross_entropy;
pub use lrn::LocalResponseNorm;
pub use max_pool::MaxPool2d;
pub use mlpconv::MlpConv;
pub use mode::Mode;
pub use parameter::{ParameterLayout, ParameterRole, ParameterSpec};
pub use plan::{NamedLayer, Plan};
pub use sequential::Sequential;
pub use state::StateDict;

pub use nin_kernels::avg_pool::Divisor;
pub use nin_kernels::conv2d::{ConvMethod, ConvSettings};
pub use nin_kernels::cross_entropy::{LabelSmoothing, argmax};
pub use nin_kernels::dropout::DropoutProbability;
pub use nin_kernels::ema::EmaDecay;
pub use nin_kernels::lrn::{AlphaScaling, LrnParams};
pub use nin_kernels::sgd::SgdParams;
pub use nin_kernels::{Activation, Precision, Rounding, SimdError, SimdLevel, Window};
