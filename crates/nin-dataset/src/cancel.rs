//! Asking from inside whether the work is still wanted outside.

use crate::DatasetError;

/// Says whether the work shall end. Asked often.
pub(crate) type Cancelled<'a> = &'a (dyn Fn() -> bool + Sync);

/// [`DatasetError::Cancelled`] when the work shall end.
pub(crate) fn proceed_unless(cancelled: Cancelled) -> Result<(), DatasetError> {
    if cancelled() { Err(DatasetError::Cancelled) } else { Ok(()) }
}
