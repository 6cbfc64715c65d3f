//! Which program this is.

/// Version, commit, build profile and candle's version, for `--version`, log
/// and checkpoints.
pub fn version() -> &'static str {
    concat!(
        env!("CARGO_PKG_VERSION"),
        " (commit ",
        env!("NIN_COMMIT"),
        ", ",
        env!("NIN_PROFILE"),
        " build, candle ",
        env!("NIN_CANDLE"),
        ")"
    )
}
