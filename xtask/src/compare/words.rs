//! What is compared, in the words of the command line.

use clap::ValueEnum;

/// A network and the batch that it is timed on. What it is made of, the binary
/// of the benchmarks knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    #[value(name = "original-224")]
    Original,
    #[value(name = "paper-cifar10-28")]
    PaperCifar10,
    #[value(name = "paper-mnist-28")]
    PaperMnist,
}

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pass {
    /// Forward, cross-entropy, backward, SGD update
    Train,
    /// Forward in evaluation mode
    Inference,
}

/// The numbers that products are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Precision {
    F32,
    /// On a card only
    Tf32,
    Bf16,
}

/// Where everyone computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Device {
    Cpu,
    /// The machine's first NVIDIA card, for ours and PyTorch
    Cuda,
}

/// The word of a value on the command line, in the table and in the record.
pub(crate) fn word(value: impl ValueEnum) -> String {
    let value = value.to_possible_value().expect("no value is skipped");
    value.get_name().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_command_line() {
        assert_eq!(word(Case::PaperCifar10), "paper-cifar10-28");
        assert_eq!(word(Pass::Train), "train");
        assert_eq!(word(Precision::Bf16), "bf16");
        assert_eq!(word(Precision::Tf32), "tf32");
        assert_eq!(word(Device::Cuda), "cuda");
    }
}
