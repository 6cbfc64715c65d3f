//! Processor time of the programs that this one has waited for.

use std::fs;

use anyhow::{Context, Result};

/// Seconds of user and system time of all of them, and of theirs.
pub(super) fn of_children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("processor time is Linux's")?;
    let ticks = ticks_in(&stat).context("/proc/self/stat has another form")?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The fields cutime and cstime (proc(5)), numbers 16 and 17; the second, the
/// program's name, may hold anything.
fn ticks_in(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(16 - 3);
    let mut field = || fields.next()?.parse::<u64>().ok();
    Some(field()? + field()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_any_name() {
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 11 12 250 31 15 16";
        assert_eq!(ticks_in(stat), Some(281));
        assert_eq!(ticks_in("7 (a) S 1"), None);
    }
}
