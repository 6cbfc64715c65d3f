//! Files as PyTorch writes them, and as it never would.

mod files;
mod hostile;
mod kinds;
mod random;
mod tensors;

use super::read_state_dict;

/// Why a file is not read.
fn error(bytes: &[u8]) -> String {
    read_state_dict(bytes).map(|_| ()).unwrap_err().to_string()
}
