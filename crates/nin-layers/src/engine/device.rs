//! Where an engine runs.

use std::fmt;
#[cfg(any(feature = "cuda", feature = "emulation"))]
use std::sync::Arc;

use nin_kernels::conv2d::ConvSettings;

use super::cpu::CpuEngine;
#[cfg(any(feature = "cuda", feature = "emulation"))]
use super::cuda::CudaEngine;
use super::{Engine, UpdateScale};
use crate::{LayerError, Plan, StateDict};

/// Where an engine runs. Shown as `cpu`, `cuda` or `cuda:1`, and by `Debug` with the
/// [`description`](Self::description) of a card.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Device {
    /// The CPU.
    #[default]
    Cpu,
    /// An NVIDIA card.
    #[cfg(feature = "cuda")]
    Cuda(Card),
    /// A card's kernels and engine on the CPU, for tests: slow.
    #[cfg(feature = "emulation")]
    Emulated(nin_kernels_cuda::Turn),
}

/// An NVIDIA card that has been opened.
#[cfg(feature = "cuda")]
#[derive(Clone)]
pub struct Card {
    ordinal: usize,
    cuda: Arc<nin_kernels_cuda::Cuda>,
}

impl Device {
    /// Whether this build can use NVIDIA cards.
    pub const HAS_CUDA: bool = cfg!(feature = "cuda");

    /// The NVIDIA card with this number, from 0.
    ///
    /// # Errors
    ///
    /// [`LayerError::Device`]: a build without the feature `cuda`; no driver, no such
    /// card, a card that is too old, or no cuBLAS.
    pub fn cuda(ordinal: usize) -> Result<Self, LayerError> {
        #[cfg(feature = "cuda")]
        {
            let cuda = Arc::new(nin_kernels_cuda::Cuda::new(ordinal)?);
            Ok(Self::Cuda(Card { ordinal, cuda }))
        }
        #[cfg(not(feature = "cuda"))]
        {
            let _ = ordinal;
            let what = "this build has no CUDA".to_owned();
            Err(LayerError::Device { what, source: None })
        }
    }

    /// What it is, for people: `NVIDIA H100 80GB HBM3 with cuDNN`.
    pub fn description(&self) -> String {
        match self {
            Self::Cpu => "CPU".to_owned(),
            #[cfg(feature = "cuda")]
            Self::Cuda(card) => {
                let with = if card.cuda.has_cudnn() { "with" } else { "without" };
                format!("{} {with} cuDNN", card.cuda.name())
            }
            #[cfg(feature = "emulation")]
            Self::Emulated(turn) => format!("a card played on the CPU, {turn:?}"),
        }
    }

    pub(super) fn engine(
        &self,
        plan: Plan,
        settings: ConvSettings,
        weights: &StateDict,
        scale: impl Fn(&str) -> UpdateScale,
    ) -> Result<Box<dyn Engine>, LayerError> {
        match self {
            Self::Cpu => Ok(Box::new(CpuEngine::new(plan, settings, weights, scale)?)),
            #[cfg(feature = "cuda")]
            Self::Cuda(card) => {
                let cuda = Arc::clone(&card.cuda);
                Ok(Box::new(CudaEngine::new(cuda, plan, settings, weights, scale)?))
            }
            #[cfg(feature = "emulation")]
            Self::Emulated(turn) => {
                let device = Arc::new(nin_kernels_cuda::Emulated(*turn));
                Ok(Box::new(CudaEngine::new(device, plan, settings, weights, scale)?))
            }
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.pad("cpu"),
            #[cfg(feature = "cuda")]
            Self::Cuda(Card { ordinal: 0, .. }) => f.pad("cuda"),
            #[cfg(feature = "cuda")]
            Self::Cuda(Card { ordinal, .. }) => f.pad(&format!("cuda:{ordinal}")),
            #[cfg(feature = "emulation")]
            Self::Emulated(_) => f.pad("emulated"),
        }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => write!(f, "{self}"),
            #[cfg(any(feature = "cuda", feature = "emulation"))]
            _ => write!(f, "{self} ({})", self.description()),
        }
    }
}
