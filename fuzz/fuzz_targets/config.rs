//! Configurations: TOML text.
//!
//! What is accepted is written as TOML and read back the same. Its network is
//! planned, counted and drawn if it is one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nin_model::Network;
use nin_trainer::{Config, ConfigSource};

fuzz_target!(|text: &str| {
    let Ok(config) = resolved(text) else { return };
    let written = toml::to_string(&config).expect("every configuration can be written");
    let read = resolved(&written).expect("it was written by us");
    // Not the values: a number that is not one is unequal to itself.
    assert_eq!(toml::to_string(&read).expect("it was written before"), written);

    let image_size = [config.data.image_size; 2];
    let Ok(network) = Network::new(&config.model, image_size, config.data.num_classes) else {
        return;
    };
    let summary = network.summary().expect("it was planned");
    assert!(summary.draw(&config.run.name).starts_with("<svg"));
    let _ = summary.to_string();
});

fn resolved(text: &str) -> Result<Config, String> {
    let source = ConfigSource::parse("run.toml", text).map_err(|error| error.to_string())?;
    source.resolve().map_err(|error| error.to_string())
}
