//! Whitening, which needs the cargo feature `whitening`.

#[cfg(not(feature = "whitening"))]
mod absent;
#[cfg(feature = "whitening")]
mod symmetric;
#[cfg(test)]
#[cfg(feature = "whitening")]
mod tests;
#[cfg(feature = "whitening")]
mod zca;

#[cfg(not(feature = "whitening"))]
pub use absent::Zca;
#[cfg(feature = "whitening")]
pub use zca::Zca;
