//! Which instructions the kernels are run with.

use std::fmt;
use std::sync::OnceLock;

use pulp::{Scalar128b, WithSimd};
#[cfg(target_arch = "x86_64")]
use pulp::{
    Simd,
    x86::{V3, V4},
};

/// The environment variable that names the level in place of the CPU's best.
const VARIABLE: &str = "NIN_SIMD";

/// A set of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SimdLevel {
    /// What every CPU of the target has; multiplies and adds in two steps.
    Portable,
    /// x86-64 with AVX2 and FMA: 8 numbers a vector.
    Avx2,
    /// x86-64 with AVX-512 (F, BW, CD, DQ, VL): 16 numbers a vector.
    Avx512,
}

/// A level that was asked for and cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimdError {
    /// No level has this name.
    #[error("{VARIABLE} is {got:?}, want portable, avx2 or avx512")]
    Unknown {
        /// The name found.
        got: String,
    },
    /// The CPU does not have its instructions.
    #[error("{VARIABLE} asks for {wanted}, which this CPU does not have")]
    Missing {
        /// The level asked for.
        wanted: SimdLevel,
    },
}

impl SimdLevel {
    /// All levels, the widest last.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The level that the kernels run at: the one that `NIN_SIMD` names, else
    /// the widest that the CPU has. Read once a process.
    ///
    /// # Panics
    ///
    /// Where [`from_env`](Self::from_env) fails; a program that wants to say
    /// so in its own way asks that first.
    pub fn current() -> Self {
        #[cfg(test)]
        if let Some(level) = crate::testing::level_of_thread() {
            return level;
        }
        static CURRENT: OnceLock<SimdLevel> = OnceLock::new();
        *CURRENT.get_or_init(|| Self::from_env().unwrap_or_else(|error| panic!("{error}")))
    }

    /// The level that `NIN_SIMD` names, else the widest that the CPU has.
    ///
    /// # Errors
    ///
    /// A name that is no level's, or a level that the CPU does not have.
    pub fn from_env() -> Result<Self, SimdError> {
        match std::env::var_os(VARIABLE) {
            Some(name) if !name.is_empty() => Self::from_name(&name.to_string_lossy()),
            _ => Ok(Self::widest()),
        }
    }

    fn from_name(name: &str) -> Result<Self, SimdError> {
        let level = Self::ALL.into_iter().find(|level| level.name() == name);
        let wanted = level.ok_or_else(|| SimdError::Unknown { got: name.to_owned() })?;
        if wanted.is_available() { Ok(wanted) } else { Err(SimdError::Missing { wanted }) }
    }

    fn widest() -> Self {
        Self::available().last().expect("the portable level is available")
    }

    /// The levels that this CPU has, the widest last.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|level| level.is_available())
    }

    /// The name that `NIN_SIMD` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Whether this CPU has the instructions.
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => V3::try_new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => V4::try_new().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// Runs `operation` with the vectors of this level.
    ///
    /// # Panics
    ///
    /// If the CPU does not have the level.
    #[inline(always)]
    pub(crate) fn run<Op: WithSimd>(self, operation: Op) -> Op::Output {
        match self {
            Self::Portable => operation.with_simd(Scalar128b),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Simd::vectorize(V3::try_new().expect("AVX2 was asked for"), operation),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Simd::vectorize(V4::try_new().expect("AVX-512 was asked for"), operation)
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("{self} on another architecture"),
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl SimdLevel {
    /// Whether this level multiplies pairs of bfloat16 in one instruction here.
    pub(crate) fn has_bf16(self) -> bool {
        self == Self::Avx512 && is_x86_feature_detected!("avx512bf16")
    }

    /// [`run`](Self::run) where `operation` may use that instruction.
    ///
    /// # Panics
    ///
    /// If the level or the CPU does not have it.
    pub(crate) fn run_with_bf16<Op: WithSimd>(self, operation: Op) -> Op::Output {
        assert!(self.has_bf16(), "vdpbf16ps was asked for");
        let simd = V4::try_new().expect("a CPU with avx512bf16 has AVX-512");
        // SAFETY: the token and the assertion stand for the features.
        unsafe {
            with_bf16(
                #[inline(always)]
                || operation.with_simd(simd),
            )
        }
    }
}

/// Runs `operation` in a function of its own with AVX-512 and bfloat16.
///
/// # Safety
///
/// The CPU must have the features.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512bf16")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,fxsr")]
pub(crate) unsafe fn with_bf16<R>(operation: impl FnOnce() -> R) -> R {
    operation()
}

impl fmt::Display for SimdLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for level in SimdLevel::available() {
            assert_eq!(SimdLevel::from_name(level.name()), Ok(level));
        }
        assert_eq!(
            SimdLevel::from_name("avx1024").unwrap_err().to_string(),
            "NIN_SIMD is \"avx1024\", want portable, avx2 or avx512"
        );
    }

    #[test]
    fn a_level_that_the_cpu_lacks_is_an_error() {
        for level in SimdLevel::ALL.into_iter().filter(|level| !level.is_available()) {
            let error = SimdLevel::from_name(level.name()).unwrap_err();
            assert_eq!(error, SimdError::Missing { wanted: level });
        }
    }

    /// Tests are run with the variable set to hold a level to be there.
    #[test]
    fn the_current_level_is_the_one_asked_for() {
        let current = SimdLevel::current();
        match std::env::var(VARIABLE) {
            Ok(name) if !name.is_empty() => assert_eq!(current.name(), name),
            _ => assert_eq!(current, SimdLevel::widest()),
        }
    }

    #[test]
    fn every_level_runs_what_it_is_given() {
        for level in SimdLevel::available() {
            assert_eq!(level.run(|| 7), 7);
        }
    }
}
