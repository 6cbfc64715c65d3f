//! Names of tensors in the files of other programs.

use nin_layers::StateDict;

/// Where the modules of a network stand here.
const SEQUENTIAL: &str = "net.";

/// The tensors of one `nn.Sequential` under this crate's name for it, whatever
/// the other program called it: `0.0.weight` and `module.features.0.0.weight`
/// become `net.0.0.weight`. Tensors that do not all lie in one are left alone.
pub(super) fn in_our_sequential(tensors: StateDict) -> StateDict {
    let mut prefixes = tensors.keys().map(|name| before_first_number(name));
    match prefixes.next() {
        Some(Some(first)) if prefixes.all(|prefix| prefix == Some(first)) => {
            let prefix_len = first.len();
            let renamed = tensors.into_iter();
            renamed.map(|(name, t)| (format!("{SEQUENTIAL}{}", &name[prefix_len..]), t)).collect()
        }
        _ => tensors,
    }
}

/// `module.net.` of `module.net.0.2.weight`.
fn before_first_number(name: &str) -> Option<&str> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut start = 0;
    for part in name.split('.') {
        if is_number(part) {
            return Some(&name[..start]);
        }
        start += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Tensor};

    use super::*;

    fn renamed(names: &[&str]) -> Vec<String> {
        let zero = Tensor::zeros(1, DType::F32, &Device::Cpu).unwrap();
        let tensors = names.iter().map(|&name| (name.to_owned(), zero.clone())).collect();
        in_our_sequential(tensors).into_keys().collect()
    }

    #[test]
    fn whatever_a_sequential_is_called_it_is_ours() {
        let ours = ["net.0.0.bias", "net.0.0.weight", "net.12.running_mean"];
        for prefix in ["", "net.", "module.net.", "features."] {
            let names =
                ["0.0.bias", "0.0.weight", "12.running_mean"].map(|n| format!("{prefix}{n}"));
            assert_eq!(renamed(&names.each_ref().map(|name| &**name)), ours, "{prefix:?}");
        }
    }

    #[test]
    fn tensors_of_several_modules_are_left_alone() {
        for names in [&["a.0.weight", "b.0.weight"][..], &["conv1.weight", "net.0.bias"], &["x"]] {
            assert_eq!(renamed(names), names);
        }
        assert!(renamed(&[]).is_empty());
    }
}
